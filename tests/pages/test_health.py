"""Health: one green line when all is well, the name of what is not when it is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from deadlines.models import Sheet, Stale
from enforcement import health, pages
from enforcement.models import Post, RollupDay, Tick, User
from enforcement.roles import Role
from tests.builders import a_case, enforcing
from tests.pages.reading import Page
from tests.people import People, post

Browser = Callable[[User | None], Client]


@pytest.fixture
def operator(people: People, browser: Browser) -> Client:
    """Return the browser of the court's administrator."""
    return browser(post(people.chen, people.court, Role.COURT_ADMIN))


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the queue be empty and one worker answer; tests say otherwise where they mean it."""
    monkeypatch.setattr(health, "queue", lambda app: health.Looked(True, "0"))
    monkeypatch.setattr(health, "workers", lambda app: health.Looked(True, "1", "worker-1"))


def tick(now: datetime, ago: int = 60, **changes: Any) -> Tick:
    """Write one run of the sweep, some seconds ago."""
    started = now - timedelta(seconds=ago)
    given = {"finished_at": started + timedelta(seconds=2)} | changes
    return Tick.objects.create(job="sweep", today=now.date(), started_at=started, **given)


@pytest.fixture
def well(now: datetime, people: People) -> None:
    """Let everything be as it should."""
    tick(now)
    RollupDay.objects.update_or_create(pk=1, defaults={"day": now.date()})


def read(client: Client) -> Page:
    """Open the page."""
    return Page(client.get("/health/"))


class TestThePage:
    def test_is_one_green_line_when_all_is_well(self, operator: Client, well: None) -> None:
        page = read(operator)
        assert page.status == 200
        assert "一切正常" in page.text
        assert "u-late" not in page.html
        assert "u-soon" not in page.html

    @pytest.mark.parametrize("role", list(Role))
    def test_is_for_operators(self, people: People, browser: Browser, role: Role) -> None:
        person = post(people.chen, people.court, role)
        allowed = role in {Role.COURT_ADMIN, Role.AUDITOR}
        assert read(browser(person)).status == (200 if allowed else 403)

    def test_alarms_when_the_sweep_never_ran(self, operator: Client) -> None:
        page = read(operator)
        assert "需要处理： 期限巡检" in page.text
        assert "从未运行" in page.text

    @pytest.mark.parametrize(("ago", "alarm"), [(599, False), (601, True)])
    def test_alarms_after_two_silent_intervals(
        self, operator: Client, well: None, now: datetime, ago: int, alarm: bool
    ) -> None:
        Tick.objects.all().delete()
        tick(now, ago)
        assert ("需要处理： 期限巡检" in read(operator).text) == alarm

    def test_alarms_when_the_last_run_failed(
        self, operator: Client, well: None, now: datetime
    ) -> None:
        tick(now, 30, error="ValueError: 坏了")
        page = read(operator)
        assert "需要处理： 期限巡检" in page.text
        assert "ValueError: 坏了" in page.text

    def test_names_the_cases_that_were_set_aside(
        self, people: People, operator: Client, well: None, now: datetime
    ) -> None:
        built = enforcing(people, "11-02").rebuilt("11-23")
        Stale.objects.all().delete()
        Sheet.objects.filter(case=built.case).update(sick="ClockError: <b>坏</b>", next_look=None)
        page = read(operator)
        assert "需要处理： 异常案件" in page.text
        assert built.case.number in page.text
        assert "ClockError: <b>坏</b>" in page.text
        assert "<b>坏</b>" not in page.html

    def test_remarks_on_sheets_that_are_behind_and_on_due_ones(
        self, people: People, operator: Client, well: None
    ) -> None:
        enforcing(people, "11-02").rebuilt("11-23")
        a_case(people).filed("11-20")
        page = read(operator)
        assert "运行正常，请留意：" in page.text
        assert "落后于时间线 1 件" in page.text
        assert "▲ 到期待巡检 1 " in page.text

    def test_remarks_on_clocks_beyond_the_published_calendar(
        self, people: People, operator: Client, well: None
    ) -> None:
        enforcing(people, "11-02").rebuilt("11-23")
        page = read(operator)
        assert "工作日历" in page.text.split("项目", 1)[0]
        # The limit of the case, the six months of the applicant, the three before a 终本.
        assert "3 项期限届满于放假安排尚未公布的年份" in page.text

    @pytest.mark.parametrize(
        ("part", "label"),
        [
            ("queue", "任务队列"),
            ("workers", "工作进程"),
            ("redis", "Redis"),
            ("migrations", "表结构"),
        ],
    )
    def test_names_the_part_that_does_not_answer(
        self,
        operator: Client,
        well: None,
        monkeypatch: pytest.MonkeyPatch,
        part: str,
        label: str,
    ) -> None:
        broken = health.Looked(False, "连不上", "ConnectionError")
        monkeypatch.setattr(health, part, lambda *_: broken)
        page = read(operator)
        assert label in page.text.split("项目", 1)[0]
        assert "连不上" in page.text


class TestForMachines:
    def test_live_asks_the_database_nothing(
        self, client: Client, db: None, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(0):
            answer = client.get("/health/live")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    def test_ready_says_what_it_looked_at(self, client: Client, well: None) -> None:
        answer = client.get("/health/ready")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ok",
            "checks": {
                "database": "ok",
                "migrations": "ok",
                "rulebook": "ok",
            },
            "last_sweep_seconds": 60,
            "warnings": [],
        }
        assert "no-cache" in answer["Cache-Control"]

    def test_a_late_sweep_is_a_warning_and_no_failure(self, client: Client, db: None) -> None:
        answer = client.get("/health/ready")
        assert answer.status_code == 200
        assert answer.json()["last_sweep_seconds"] is None
        assert answer.json()["warnings"] == ["sweep"]

    @pytest.mark.parametrize("part", ["database", "migrations"])
    def test_a_part_that_fails_is_503_and_named(
        self, client: Client, db: None, monkeypatch: pytest.MonkeyPatch, part: str
    ) -> None:
        monkeypatch.setattr(health, part, lambda: health.Looked(False, "连不上", "secret host"))
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json()["checks"][part] == "failed"
        assert "secret host" not in answer.content.decode()

    def test_a_redis_that_is_away_is_a_warning_for_verbs_go_on(
        self, client: Client, well: None, settings: Any
    ) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["warnings"]) == (200, ["redis"])

    @pytest.mark.parametrize(("ago", "warned"), [(359, False), (361, True), (601, True)])
    def test_a_dead_beat_is_told_within_two_intervals(
        self, client: Client, well: None, now: datetime, ago: int, warned: bool
    ) -> None:
        Tick.objects.all().delete()
        tick(now, ago)
        assert ("sweep" in client.get("/health/ready").json()["warnings"]) == warned

    def test_a_faulty_rulebook_is_503(
        self, client: Client, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pages.state, "rulebook_faults", lambda: ["x"])
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["checks"]["rulebook"]) == (503, "failed")

    def test_nobody_has_to_sign_in(self, client: Client, db: None) -> None:
        assert not Post.objects.exists()
        assert client.get("/health/ready").status_code == 200
        assert client.get("/health/live").status_code == 200
