"""Changing keys: old rows are readable all along, and a run may stop anywhere."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.db import connection

from cases import identity
from cases.models import Party
from enforcement import rotation
from enforcement.crypto import UnknownKey, blind, key_id
from enforcement.models import SecurityEvent
from tests.builders import NOBODY, CaseBuilder, a_case, applicant, debtor
from tests.people import People
from tests.personal.conftest import Browser

NEW = "a-new-data-key-0123456789-0123456789-0123456789"
NEW_INDEX = "a-new-index-key-0123456789-0123456789-0123456789"

Change = Callable[[], None]


def numbers(count: int) -> list[str]:
    """Return identity numbers of nobody."""
    return [identity.fictional_identity(n) for n in range(10, 10 + count)]


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """File a case with eleven parties, each with a number and a phone."""
    parties = [applicant(), *(applicant(name=f"申请人{n}", id_number=n) for n in numbers(9))]
    return a_case(people).filed("11-02", parties=[*parties, debtor()])


@pytest.fixture
def change(settings: Any) -> Change:
    """Return what puts new keys in front of the old ones."""

    def put() -> None:
        settings.DATA_KEYS = [NEW, *settings.DATA_KEYS]
        settings.INDEX_KEYS_OLD = [settings.INDEX_KEY]
        settings.INDEX_KEY = NEW_INDEX

    return put


def forget(settings: Any) -> None:
    """Take the old keys away, as the operator does at the end."""
    settings.DATA_KEYS = settings.DATA_KEYS[:1]
    settings.INDEX_KEYS_OLD = []


def known() -> list[tuple[str, str]]:
    """Return every number and phone, read afresh."""
    return [(str(p.id_number), str(p.phone)) for p in Party.objects.order_by("pk")]


def run() -> str:
    """Run the command; return what it printed."""
    out = io.StringIO()
    call_command("rotate_keys", batch=4, stdout=out)
    return out.getvalue()


class Stop(Exception):
    """The machine goes down."""


class TestRotating:
    def test_everything_is_read_with_the_new_keys_alone_afterwards(
        self, built: CaseBuilder, change: Change, settings: Any
    ) -> None:
        before = known()
        change()
        assert known() == before
        run()
        forget(settings)
        assert known() == before
        assert Party.objects.filter(id_blind=blind(NOBODY)).exists()

    def test_without_it_the_old_key_is_still_needed(
        self, built: CaseBuilder, change: Change, settings: Any
    ) -> None:
        change()
        forget(settings)
        with pytest.raises(UnknownKey):
            known()

    def test_a_second_run_changes_nothing(self, built: CaseBuilder, change: Change) -> None:
        change()
        assert "重新加密 0 项" not in run()
        kept = list(Party.objects.order_by("pk").values_list("pk", "id_blind"))
        assert "重新加密 0 项，重做检索码 0 项" in run()
        assert list(Party.objects.order_by("pk").values_list("pk", "id_blind")) == kept

    @pytest.mark.parametrize("batches", [1, 2, 4, 7])
    def test_stopped_half_way_it_goes_on_where_it_was(
        self, built: CaseBuilder, change: Change, settings: Any, batches: int
    ) -> None:
        before, left = known(), iter(range(batches))
        change()

        def told(words: str) -> None:
            if next(left, None) is None:
                raise Stop

        with pytest.raises(Stop):
            rotation.rotate(batch=4, told=told)
        assert known() == before
        counted = rotation.count_keys()["cases_party.id_number"]
        assert counted[rotation.newest()] > 0
        done = rotation.rotate(batch=4)
        assert done.sealed["cases_party.id_number"] == counted.total() - counted[rotation.newest()]
        forget(settings)
        assert known() == before

    def test_people_are_found_by_number_before_between_and_after(
        self, built: CaseBuilder, change: Change, settings: Any, browser: Browser, people: People
    ) -> None:
        client = browser(people.lin)
        found = []
        for step in (lambda: None, change, run, lambda: forget(settings)):
            step()
            page = client.post("/search/", {"q": numbers(1)[0]}).content.decode()
            found.append("申请人" in page)
        assert found == [True] * 4

    def test_the_query_code_given_at_filing_goes_on_to_open_the_case(
        self, built: CaseBuilder, change: Change, settings: Any, client: Any
    ) -> None:
        change()
        given = {"number": built.case.number, "code": built.query_code}
        assert client.post("/portal/", given).status_code == 302
        run()
        forget(settings)
        assert client.post("/portal/", given).status_code == 302

    def test_a_query_code_not_used_meanwhile_needs_the_old_key(
        self, built: CaseBuilder, change: Change, settings: Any, client: Any
    ) -> None:
        change()
        run()
        forget(settings)
        given = {"number": built.case.number, "code": built.query_code}
        assert client.post("/portal/", given).status_code == 400

    def test_second_factors_are_sealed_anew_and_still_work(
        self, people: People, change: Change, settings: Any
    ) -> None:
        from allauth.mfa.utils import decrypt

        made = TOTP.activate(people.lin, "JBSWY3DPEHPK3PXP").instance
        change()
        run()
        forget(settings)
        row = Authenticator.objects.get(pk=made.pk)
        assert decrypt(row.data["secret"]) == "JBSWY3DPEHPK3PXP"

    def test_what_a_writer_wrote_meanwhile_with_the_old_key_is_found_by_the_next_run(
        self, built: CaseBuilder, change: Change, settings: Any, people: People
    ) -> None:
        old = list(settings.DATA_KEYS)
        change()
        run()
        new, settings.DATA_KEYS = settings.DATA_KEYS, old
        a_case(people).filed("11-03")
        settings.DATA_KEYS = new
        assert "重新加密 4 项" in run()


class TestTelling:
    def test_the_operator_sees_when_the_old_key_may_go(
        self, built: CaseBuilder, change: Change, settings: Any
    ) -> None:
        old = key_id(settings.DATA_KEYS[0]).hex()
        change()
        out = io.StringIO()
        call_command("rotate_keys", check=True, stdout=out)
        assert f"{old} 旧 1" in out.getvalue()
        assert "现用" not in out.getvalue()
        assert "旧 1" not in run()
        assert SecurityEvent.objects.get().kind == "rotated"

    def test_values_of_a_lost_key_are_named_and_the_others_go_on(
        self, built: CaseBuilder, change: Change, settings: Any
    ) -> None:
        first = Party.objects.order_by("pk").first()
        assert first is not None
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_party SET id_number = overlay(id_number PLACING %s FROM 2)"
                " WHERE id = %s",
                [b"\0\0\0\0", first.pk],
            )
        change()
        out = io.StringIO()
        with pytest.raises(CommandError, match="有 1 项"):
            call_command("rotate_keys", stdout=out)
        assert f"不能打开：cases_party.id_number 第 {first.pk} 行" in out.getvalue()
        done = rotation.count_keys()["cases_party.phone"]
        assert done[rotation.newest()] == done.total()

    def test_no_number_is_printed(self, built: CaseBuilder, change: Change) -> None:
        change()
        said = run()
        assert not any(number in said for number in [NOBODY, *numbers(9)])


def test_every_sealed_column_is_known() -> None:
    names = {column.name for column in rotation.columns()}
    assert {
        "cases_party.id_number",
        "cases_party.phone",
        "petitions_petition.contact",
        "enforcement_idempotentanswer.body",
    } <= names
