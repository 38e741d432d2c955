"""What is typed to narrow a list: found again by a word of chance, in one's own session only."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from enforcement.models import User
from enforcement.typed import KEPT, PLACE
from tests.builders import a_case
from tests.pages.reading import Page
from tests.people import People

Browser = Callable[[User | None], Client]
NAME = "陈某"
#: Kinds of fields that hold codes, numbers and days, never what somebody typed about a person.
CODED = {"hidden", "date", "month", "number", "checkbox", "radio", "submit"}


def asked(client: Client, **data: str) -> str:
    """Narrow the list of cases and return the address it leads to."""
    answer = client.post("/cases/", data)
    assert answer.status_code == 302
    return str(answer["Location"])


def test_codes_stand_in_the_address_and_words_do_not(people: People, browser: Browser) -> None:
    client = browser(people.lin)
    number = a_case(people).filed("11-02").case.number
    address = asked(client, q=NAME, state="open", filed_from="去年", sort="")
    query = parse_qs(urlsplit(address).query)
    assert query.keys() == {"state", "find"}
    page = Page(client.get(address))
    assert number in page.html
    assert page.field("q") == NAME
    assert page.field("filed_from") == "去年"
    assert "筛选条件有误" in page.text


def test_another_question_begins_at_the_first_page(people: People, browser: Browser) -> None:
    address = asked(browser(people.lin), state="open", after="W10", before="W10", find="x")
    assert address == "/cases/?state=open"


def test_an_old_address_with_words_in_it_leads_on_without_them(
    people: People, browser: Browser
) -> None:
    client = browser(people.lin)
    answer = client.get("/cases/", {"q": NAME, "state": "open"})
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query).keys() == {"state", "find"}
    assert Page(client.get(answer["Location"])).field("q") == NAME


def test_the_word_opens_nothing_in_another_session(people: People, browser: Browser) -> None:
    number = a_case(people).filed("11-02").case.number
    address = asked(browser(people.lin), q="没有此人")
    page = Page(browser(people.zhou).get(address))
    assert page.status == 200
    assert "已经失效" in page.text
    assert page.field("q") == ""
    assert number in page.html


def test_the_session_keeps_words_sealed_and_only_the_last_ones(
    people: People, browser: Browser
) -> None:
    client = browser(people.lin)
    addresses = [asked(client, q=f"{NAME}{n}") for n in range(KEPT + 3)]
    kept = client.session[PLACE]
    assert len(kept) == KEPT
    assert NAME not in str(Session.objects.get(pk=client.session.session_key).get_decoded())
    assert "已经失效" in Page(client.get(addresses[2])).text
    assert Page(client.get(addresses[3])).field("q") == f"{NAME}3"


@pytest.mark.parametrize("word", ["%00", "no-such", "🙂", "a" * 3000])
def test_a_word_nobody_was_given_finds_nothing_and_breaks_nothing(
    people: People, browser: Browser, word: str
) -> None:
    page = Page(browser(people.lin).get(f"/cases/?find={word}"))
    assert page.status == 200
    assert "已经失效" in page.text


def test_no_form_puts_what_is_typed_into_an_address() -> None:
    """Every form of every template that is sent by GET has codes, numbers and days only."""
    found, wrong = 0, []
    for folder in settings.TEMPLATES[0]["DIRS"]:
        for path in sorted(Path(folder).rglob("*.html")):
            if path.name == "styleguide.html":
                continue
            text = path.read_text(encoding="utf-8")
            for form in re.findall(r'<form\b[^>]*method="get".*?</form>', text, flags=re.DOTALL):
                found += 1
                for control in re.findall(r"<(?:input|textarea)\b[^>]*>", form):
                    kind = re.search(r'type="(\w+)"', control)
                    numeric = 'inputmode="numeric"' in control
                    if not numeric and (kind is None or kind[1] not in CODED):
                        wrong.append((path.name, control))
    assert found >= 2
    assert wrong == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/cases/?court=%00", 400),
        ("/docket/?rule=a%00b", 400),
        ("/petitions/?kind=%00", 400),
        ("/cases/?%00=1", 200),  # a name that no filter reads
        ("/dashboard/%00/", 404),
        ("/rules/a%00/", 404),
        ("/cases/?court=", 200),
    ],
)
def test_an_address_with_a_character_that_no_database_keeps_is_refused(
    people: People, browser: Browser, address: str, status: int
) -> None:
    page = Page(browser(people.lin).get(address))
    assert page.status == status
    assert status != 400 or "网址中有无法识别的字符" in page.text
