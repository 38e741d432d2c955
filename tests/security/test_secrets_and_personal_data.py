"""The main acts, rightly and wrongly done: no name, number, phone or secret leaks on the way.

Logs, the timeline's data, addresses and error pages are gathered while people work, and searched.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases import identity
from cases.models import CaseEvent
from enforcement import logs, pages
from enforcement.models import User
from tests.api.conftest import program
from tests.builders import CaseBuilder, a_case, applicant, debtor
from tests.people import People

__all__ = ["program"]

Browser = Callable[[User | None], Client]

NAME, DEBTOR, COUNSEL = "闻人若谷", "澹台某某商贸有限公司", "端木仲言"
ID_NUMBER = identity.fictional_identity(77)
CREDIT_CODE = identity.fictional_credit_code(77)
PHONE, CONTACT = "13955550177", "13866660188"
PASSWORD = "zhengquemima-2026"
#: What must stand nowhere but where it belongs.
PERSONAL = (NAME, DEBTOR, COUNSEL, ID_NUMBER, CREDIT_CODE, PHONE, CONTACT)
PARTIES = [
    applicant(name=NAME, id_number=ID_NUMBER, phone=PHONE),
    debtor(name=DEBTOR, id_number=CREDIT_CODE),
]


@dataclass
class Gathered:
    """What was written down while people worked."""

    text: io.StringIO
    secrets: list[str] = field(default_factory=lambda: [PASSWORD])
    addresses: list[str] = field(default_factory=list)

    def asked(self, client: Client, path: str, data: Any = None, **more: Any) -> Any:
        """Send a request, and keep every address that it leads to or shows."""
        answer = client.get(path) if data is None else client.post(path, data, **more)
        self.addresses += [path, answer.get("Location", "")]
        if not answer.streaming and answer.get("Content-Type", "").startswith("text/html"):
            self.addresses += re.findall(r'(?:href|action|src)="([^"]*)"', answer.content.decode())
        return answer

    def leaks(self, text: str) -> list[str]:
        """Return what stands in a text and must not."""
        return [secret for secret in (*PERSONAL, *self.secrets) if secret in text]


@pytest.fixture
def kept() -> Iterator[Gathered]:
    """Write every record of every logger, as the system writes it, into one text."""
    cache.clear()  # nobody tried before
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.formatter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield Gathered(out)
    root.removeHandler(handler)
    root.setLevel(level)


def work(people: People, browser: Browser, kept: Gathered) -> CaseBuilder:
    """File, look for, act on and complain about a case, rightly and wrongly."""
    built = enforcing_with(people)
    kept.secrets.append(built.query_code)
    case, lin = built.case, browser(people.lin)
    for words in (NAME, ID_NUMBER, CREDIT_CODE, case.number):
        kept.asked(lin, "/search/", {"q": words})
        _listed_by(lin, words, kept)
    for tab in ("", "?tab=leads", "?tab=papers", "?tab=petitions"):
        kept.asked(lin, f"/cases/{case.pk}/{tab}")
    lead = {"asset_kind": "deposit", "content": f"{DEBTOR}的账户，联系{NAME}{PHONE}"}
    form = {"version": case.version, "on": "2026-11-20"}
    kept.asked(lin, f"/cases/{case.pk}/submit_lead/", form | lead)
    kept.asked(lin, f"/cases/{case.pk}/submit_lead/", form | lead)  # an old version
    party = case.parties.get(role="applicant")
    kept.asked(lin, f"/parties/{party.pk}/reveal/", {"ground": f"核对{NAME}身份"})
    kept.asked(browser(people.luo), f"/cases/{case.pk}/")
    for address in ("/audit/reads/", "/audit/reveals/"):
        for name in ("person", "case", "first"):
            led = kept.asked(browser(people.bai), address, {name: NAME})
            kept.asked(browser(people.bai), led["Location"])
    _at_the_portal(built, kept)
    _wrongly_signed_in(people, kept)
    return built


#: Lists that are narrowed by what is typed: address, the field, and another field filled wrongly.
LISTS = (
    ("/cases/", "q", "filed_from"),
    ("/docket/", "q", "handler"),
    ("/petitions/", "q", "kind"),
)


def _listed_by(client: Client, words: str, kept: Gathered) -> None:
    """Narrow every list by these words, in the right field and in a wrong one, and go on there."""
    for address, field_name, wrong in LISTS:
        for name in (field_name, wrong):
            led = kept.asked(client, address, {name: words, "state": "open"})
            assert led.status_code == 302, (address, name)
            kept.asked(client, led["Location"])
    old = kept.asked(client, f"/cases/?{urlencode({'state': 'open'})}")
    assert old.status_code == 200


def enforcing_with(people: People) -> CaseBuilder:
    """Return a case of these parties with the judge, received and noticed late."""
    built = a_case(people).filed("11-02", parties=PARTIES)
    built.assigned("11-03").received("11-04").swept("11-12")
    return built.noticed("11-13")


def _at_the_portal(built: CaseBuilder, kept: Gathered) -> None:
    visitor, pk = Client(), built.case.pk
    wrong = {"number": built.case.number, "code": "22222222"}
    kept.asked(visitor, "/portal/", wrong)
    kept.asked(visitor, "/portal/", wrong | {"code": built.query_code})
    kept.asked(visitor, f"/portal/cases/{pk}/")
    letter = {
        "kind": "passive",
        "text": f"{NAME}（{ID_NUMBER}）多次联系未果，{COUNSEL}可以作证，请尽快执行。",
        "contact": CONTACT,
        "once": "once-1",
        "attachments": SimpleUploadedFile(f"{NAME}的说明.txt", f"{NAME} {ID_NUMBER}".encode()),
    }
    done = kept.asked(visitor, f"/portal/cases/{pk}/petition/", letter)
    assert done.status_code == 302, done.content.decode()
    assert "/petition/" in done["Location"], done["Location"]
    kept.asked(visitor, done["Location"])


def _wrongly_signed_in(people: People, kept: Gathered) -> None:
    people.lin.set_password(PASSWORD)
    people.lin.save()
    kept.asked(Client(), "/accounts/login/", {"login": NAME, "password": "x" + PASSWORD})
    kept.asked(Client(), "/accounts/login/", {"login": "lin", "password": PASSWORD})


def test_logs_name_nobody(people: People, browser: Browser, kept: Gathered) -> None:
    work(people, browser, kept)
    logging.getLogger("enforcement.any").error("tel %s", PHONE)  # what slips through is masked
    text = kept.text.getvalue()
    assert text.count('"event": "request"') >= 10
    assert kept.leaks(text) == []


def test_the_timeline_names_nobody(people: People, browser: Browser, kept: Gathered) -> None:
    built = work(people, browser, kept)
    events = CaseEvent.objects.filter(case=built.case)
    data = " ".join(events.values_list("data", flat=True))
    assert {"lead.submitted", "petition.filed"} <= set(events.values_list("kind", flat=True))
    assert kept.leaks(data) == []


def test_addresses_name_nobody(people: People, browser: Browser, kept: Gathered) -> None:
    work(people, browser, kept)
    assert len(set(kept.addresses)) >= 30
    assert [a for a in kept.addresses if kept.leaks(unquote(a))] == []


def test_the_search_box_sends_what_is_typed_in_the_body(
    people: People, browser: Browser, kept: Gathered
) -> None:
    page = browser(people.lin).get("/docket/").content.decode()
    (box,) = re.findall(r'<form class="top-search"[^>]*>', page)
    assert 'method="post"' in box
    enforcing_with(people)
    found = kept.asked(browser(people.lin), "/search/", {"q": ID_NUMBER}).content.decode()
    assert NAME in found
    assert ID_NUMBER not in found.replace(f'value="{ID_NUMBER}"', "").replace(f"“{ID_NUMBER}”", "")


def test_error_pages_show_nothing_of_what_went_wrong(
    people: People, browser: Browser, kept: Gathered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(request: Any) -> Any:
        secret = f"{NAME} {ID_NUMBER} {PASSWORD}"
        raise ValueError(secret)

    built = enforcing_with(people)
    monkeypatch.setattr(pages, "posts_of", broken)
    client = browser(people.lin)
    client.raise_request_exception = False
    answers = [
        client.post("/post/", {"post": NAME}),
        client.get(f"/cases/{built.case.pk + 1000}/?name={NAME}"),
        client.get(f"/{NAME}/"),
        Client(headers={"host": "evil.example"}).get(f"/?name={NAME}"),
    ]
    assert [a.status_code for a in answers] == [500, 404, 404, 400]
    assert [a for a in answers if kept.leaks(a.content.decode())] == []
    assert [x for x in kept.text.getvalue().splitlines() if kept.leaks(x)] == []


def test_answers_of_the_interface_show_numbers_masked(
    people: People, program: Callable[[User], Any], kept: Gathered
) -> None:
    case = enforcing_with(people).case
    client = program(people.lin)
    parties = client.get(f"/api/v1/cases/{case.pk}/parties/").content.decode()
    assert NAME in parties
    assert ID_NUMBER not in parties
    assert PHONE not in parties
    events = client.get(f"/api/v1/cases/{case.pk}/events/").content.decode()
    assert kept.leaks(events) == []


def test_the_search_for_leaks_finds_one() -> None:
    """The control: what is looked for would be found."""
    assert Gathered(io.StringIO()).leaks(f"x{NAME}y{PASSWORD}") == [NAME, PASSWORD]
