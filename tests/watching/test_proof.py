"""Proof that no case was skipped: groups that add up, each opening its list."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from accountability.sweep import sweep
from cases.models import Case
from deadlines import proof
from deadlines.models import Sheet, Stale
from enforcement.models import Tick
from enforcement.roles import Role
from tests.builders import a_case, enforcing
from tests.people import People, cast, post


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    """Let it be ten in the morning of Monday, 23 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def people(db: None) -> People:
    """Return the cast with their posts."""
    return cast()


@pytest.fixture
def five(people: People, today: date, now: datetime) -> dict[str, Case]:
    """Return a case in each group."""
    names = ("current", "behind", "missing", "sick", "lost")
    made = {name: enforcing(people, "11-02").rebuilt("11-23").case for name in names}
    sweep(today, now)
    Stale.objects.create(case=made["behind"])
    Sheet.objects.filter(case=made["missing"]).delete()  # a trigger puts it into the queue
    Sheet.objects.filter(case=made["sick"]).update(sick="KeyError")
    Sheet.objects.filter(case=made["lost"]).update(seen=1)
    return made


def said(*words: str) -> str:
    """Run the command and return what it printed."""
    out = io.StringIO()
    call_command("sweep_health", *words, stdout=out)
    return out.getvalue()


def test_every_case_is_in_one_group(five: dict[str, Case], today: date) -> None:
    found = proof.prove(today)
    assert found.parts == dict.fromkeys(five, 1)
    assert (found.total, found.adds_up, found.sound) == (5, True, False)
    for part, case in five.items():
        assert [line.pk for line in proof.cases_in(part)] == [case.pk]


def test_a_sheet_under_other_law_is_behind_and_one_without_queue_is_lost(
    five: dict[str, Case], today: date
) -> None:
    Sheet.objects.filter(case=five["current"]).update(token="other")
    Stale.objects.filter(case=five["missing"]).delete()
    parts = proof.prove(today).parts
    assert (parts["current"], parts["behind"], parts["missing"], parts["lost"]) == (0, 2, 0, 2)


def test_after_verbs_and_sweep_every_case_is_current(
    people: People, today: date, now: datetime
) -> None:
    enforcing(people, "03-02")  # long overdue: the sweep writes events of its own
    a_case(people).filed("11-20")
    assert not proof.prove(today).parts["lost"]
    assert sweep(today, now).flagged
    found = proof.prove(today)
    assert (found.parts["current"], found.total, found.sound) == (2, 2, True)


def test_a_list_goes_on_after_its_last_line(people: People, today: date, now: datetime) -> None:
    for _ in range(3):
        a_case(people).filed("11-20")
    sweep(today, now)
    first = proof.cases_in("current", most=2)
    rest = proof.cases_in("current", after=first[-1].pk, most=2)
    assert [line.pk for line in first + rest] == list(
        Case.objects.order_by("pk").values_list("pk", flat=True)
    )


class TestTheCommand:
    def test_says_the_same_and_fails_when_somebody_must_act(self, five: dict[str, Case]) -> None:
        out = io.StringIO()
        with pytest.raises(CommandError, match="需要处理"):
            call_command("sweep_health", stdout=out)
        assert re.search(r"合计 +5 = 全部案件 5", out.getvalue())
        assert five["sick"].number in said("--list", "sick")

    def test_is_content_when_all_is_well(self, people: People, today: date, now: datetime) -> None:
        a_case(people).filed("11-20")
        sweep(today, now)
        assert "按时" in said()

    def test_fails_when_the_sweep_is_silent(self, db: None, now: datetime) -> None:
        with pytest.raises(CommandError):
            said()
        at = now - timedelta(seconds=500)
        Tick.objects.create(job="sweep", today=now.date(), started_at=at)
        assert "晚了" in said()


class TestThePage:
    @pytest.fixture
    def operator(self, people: People) -> Client:
        """Return the browser of the court's administrator."""
        client = Client()
        client.force_login(post(people.chen, people.court, Role.COURT_ADMIN))
        return client

    def test_shows_the_sum_and_each_number_opens_its_list(
        self, five: dict[str, Case], operator: Client
    ) -> None:
        page = operator.get("/health/sweep/").content.decode()
        assert "等于全部案件 5 件" in page
        assert "需要处理" in page
        for part, case in five.items():
            assert f'href="/health/sweep/{part}/"' in page
            listed = operator.get(f"/health/sweep/{part}/").content.decode()
            assert case.number in listed
            assert all(c.number not in listed for name, c in five.items() if name != part)

    def test_is_one_green_line_when_all_is_well(
        self, operator: Client, today: date, now: datetime
    ) -> None:
        sweep(today, now)
        page = operator.get("/health/sweep/").content.decode()
        assert "没有漏掉" in page
        assert "u-late" not in page

    def test_lists_only_cases_of_courts_in_sight(
        self, five: dict[str, Case], people: People
    ) -> None:
        auditor, stranger = Client(), Client()
        auditor.force_login(people.bai)
        stranger.force_login(post(people.sun, people.courts["陕1021"], Role.COURT_ADMIN))
        for part, case in five.items():
            shown = auditor.get(f"/health/sweep/{part}/").content.decode()
            hidden = stranger.get(f"/health/sweep/{part}/").content.decode()
            assert case.number in shown
            assert case.number not in hidden
            assert "只列出您可以查看的法院的案件" in hidden

    def test_is_for_operators(self, people: People) -> None:
        client = Client()
        client.force_login(people.lin)
        assert client.get("/health/sweep/").status_code == 403
        assert client.get("/health/sweep/sick/").status_code == 403

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/health/sweep/none/", 404),
            ("/health/sweep/sick/?after=x", 200),
            ("/health/sweep/sick/?after=99999999999999999999", 200),
        ],
    )
    def test_what_is_typed_by_hand(self, operator: Client, path: str, status: int) -> None:
        assert operator.get(path).status_code == status
