"""What can be watched, who may read it, and that every alert asks for what is there."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.cache import cache
from django.core.checks import CheckMessage
from django.test import Client

from deadlines.models import Sheet
from enforcement import counters, measures
from enforcement.checks import settings_fit_together
from enforcement.errors import Refused
from enforcement.models import Tick
from enforcement.signin import lockout
from tests.builders import a_case, enforcing
from tests.people import People, cast

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "deploy" / "alerts.yml"
TOKEN = "t" * 40
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def people(db: None) -> People:
    """Return the cast with their posts."""
    return cast()


@pytest.fixture(autouse=True)
def from_nothing(db: None) -> None:
    """Begin every test with empty counters."""
    counters.hand_over()
    cache.clear()


def figures(text: str) -> dict[str, float]:
    """Return value by name and labels."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pairs = (line.rpartition(" ") for line in lines)
    return {name: float(value) for name, _, value in pairs}


class TestWhoMayRead:
    def test_nobody_unless_a_setting_says_so(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN, settings.METRICS_ALLOW = "", []
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404

    def test_whoever_has_the_token(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN, settings.METRICS_ALLOW = TOKEN, []
        assert client.get("/metrics", headers=BEARER).status_code == 200
        for wrong in ("Bearer x", f"Basic {TOKEN}", TOKEN):
            answer = client.get("/metrics", headers={"Authorization": wrong})
            assert answer.status_code == 404

    @pytest.mark.parametrize(("address", "status"), [("10.1.2.9", 200), ("10.1.3.9", 404)])
    def test_whoever_comes_from_the_network(
        self, client: Client, settings: Any, address: str, status: int
    ) -> None:
        settings.METRICS_ALLOW = ["10.1.2.0/24"]
        assert client.get("/metrics", REMOTE_ADDR=address).status_code == status

    def test_behind_a_proxy_the_address_is_the_one_it_names_last(
        self, client: Client, settings: Any
    ) -> None:
        settings.BEHIND_PROXY, settings.METRICS_ALLOW = True, ["127.0.0.1"]
        assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 404
        said = {"X-Forwarded-For": "127.0.0.1, 8.8.8.8"}
        assert client.get("/metrics", headers=said).status_code == 404
        said = {"X-Forwarded-For": "8.8.8.8, 127.0.0.1"}
        assert client.get("/metrics", headers=said).status_code == 200

    @pytest.mark.parametrize(
        ("number", "wrong", "right"),
        [
            ("E020", {"METRICS_TOKEN": "short"}, {"METRICS_TOKEN": TOKEN}),
            ("E021", {"METRICS_ALLOW": ["here"]}, {"METRICS_ALLOW": ["10.0.0.1"]}),
            ("E022", {"METRICS_ALLOW": ["0.0.0.0/0"]}, {"METRICS_ALLOW": ["10.0.0.0/8"]}),
            ("E022", {"METRICS_ALLOW": ["8.8.8.8"]}, {"METRICS_ALLOW": ["8.8.8.8"], "DEMO": True}),
        ],
    )
    def test_an_open_door_is_a_wrong_setting(
        self, settings: Any, number: str, wrong: dict[str, Any], right: dict[str, Any]
    ) -> None:
        def found() -> set[str]:
            messages: list[CheckMessage] = settings_fit_together()
            return {str(m.id).removeprefix("enforcement.") for m in messages}

        for name, value in wrong.items():
            setattr(settings, name, value)
        assert number in found()
        for name, value in right.items():
            setattr(settings, name, value)
        assert number not in found()


class TestWhatItSays:
    def test_the_age_of_the_last_tick_and_the_lag_of_the_last_whole_sweep(
        self, now: datetime
    ) -> None:
        def ran(ago: int, **more: Any) -> None:
            at = now - timedelta(seconds=ago)
            Tick.objects.create(job="sweep", today=now.date(), started_at=at, **more)

        assert "enforcement_sweep_tick_age_seconds" not in figures(measures.text(now))
        ran(900, finished_at=now - timedelta(seconds=890))
        ran(600, finished_at=now, error="ValueError")
        ran(60)
        said = figures(measures.text(now))
        assert said["enforcement_sweep_tick_age_seconds"] == 60
        assert said["enforcement_sweep_lag_seconds"] == 900
        assert said["enforcement_sweep_duration_seconds"] == 10

    def test_what_waits_for_the_sweep(self, people: People, now: datetime) -> None:
        said = figures(measures.text(now))
        assert said["enforcement_due_waiting"] == 0
        assert said['enforcement_sheets_stale{why="events"}'] == 0
        built = enforcing(people, "11-02").rebuilt("11-23")
        a_case(people).filed("11-20")
        Sheet.objects.filter(case=built.case).update(next_look="2026-11-21")
        said = figures(measures.text(now))
        assert said["enforcement_due_waiting"] == 1
        #: From midnight of the 21st in Shanghai to ten in the morning of the 23rd.
        assert said["enforcement_due_oldest_seconds"] == (48 + 10) * 3600
        assert said['enforcement_sheets_stale{why="events"}'] == 1

    def test_doors_shut_after_too_many_failures(self, people: People, now: datetime) -> None:
        def shut() -> dict[str, float]:
            said = figures(measures.text(now))
            kinds = ("account", "address", "code")
            return {k: said[f'enforcement_signin_locked{{kind="{k}"}}'] for k in kinds}

        assert shut() == {"account": 0, "address": 0, "code": 0}
        for _ in range(5):
            lockout.attempt(lockout.account("lin"), now=now)
        lockout.failed(lockout.account("lin"), now=now)
        assert shut() == {"account": 1, "address": 0, "code": 0}

    def test_cases_set_aside_and_sheets_under_other_law(
        self, people: People, now: datetime
    ) -> None:
        built = enforcing(people, "11-02").rebuilt("11-23")
        Sheet.objects.filter(case=built.case).update(sick="KeyError", token="other")
        said = figures(measures.text(now))
        assert said["enforcement_cases_sick"] == 1
        assert said['enforcement_sheets_stale{why="law"}'] == 1

    def test_verbs_by_time_and_refusals_by_code(self, people: People, now: datetime) -> None:
        case = a_case(people).filed("11-02")
        with pytest.raises(Refused):
            case.assigned("11-01")
        said = figures(measures.text(now))
        done = 'enforcement_verb_seconds_count{outcome="done",verb="file_case"}'
        assert said[done] == 1
        bucket = 'enforcement_verb_seconds_bucket{outcome="done",verb="file_case",le="+Inf"}'
        assert said[bucket] == 1
        refused = {name: n for name, n in said.items() if "refusals_total" in name}
        assert sum(refused.values()) == 1

    def test_requests_by_face_and_class(self, client: Client, now: datetime) -> None:
        client.get("/portal/")
        client.get("/nowhere/")
        said = figures(measures.text(now))
        assert said['enforcement_http_requests_total{face="portal",status="2xx"}'] == 1
        assert said['enforcement_http_requests_total{face="page",status="4xx"}'] == 1

    def test_counts_of_several_hand_overs_are_added_up(self, now: datetime) -> None:
        for _ in range(3):
            counters.count("enforcement_tasks_total", task="t", state="success")
            assert counters.hand_over()
        said = figures(measures.text(now))
        assert said['enforcement_tasks_total{state="success",task="t"}'] == 3

    def test_what_cannot_be_handed_over_is_kept(self, settings: Any, now: datetime) -> None:
        true, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
        counters.count("enforcement_tasks_total", task="t", state="success")
        assert not counters.hand_over()
        assert figures(measures.text(now))["enforcement_redis_up"] == 0
        settings.REDIS_URL = true
        assert counters.hand_over()
        said = figures(measures.text(now))
        assert said['enforcement_tasks_total{state="success",task="t"}'] == 1

    def test_a_label_cannot_break_the_line(self) -> None:
        line = measures._line("m", {"code": 'a"b\\c\nd'}, 1)
        assert line == 'm{code="a\\"b\\\\c\\nd"} 1'

    def test_a_histogram_holds_in_each_bucket_what_is_below_it(self, now: datetime) -> None:
        for seconds in (0.004, 0.02, 0.02, 99):
            counters.observe("enforcement_http_seconds", seconds, face="page")
        counters.hand_over()
        said = figures(measures.text(now))
        at = 'enforcement_http_seconds_bucket{{face="page",le="{}"}}'.format
        assert [said[at(b)] for b in ("0.01", "0.025", "10.0", "+Inf")] == [1, 3, 3, 4]
        assert said['enforcement_http_seconds_sum{face="page"}'] == pytest.approx(99.044)


# -- alerts ------------------------------------------------------------------------------------


def rules() -> list[dict[str, Any]]:
    """Return every rule of the shipped file."""
    data = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return [rule for group in data["groups"] for rule in group["rules"]]


def asked_for(rule: dict[str, Any]) -> set[str]:
    """Return the names of measures in an expression, a histogram's parts under its own name."""
    names = re.findall(r"\benforcement_\w+", rule["expr"])
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
class TestAlerts:
    def test_asks_only_for_what_metrics_says(self, rule: dict[str, Any], now: datetime) -> None:
        text = measures.text(now)
        for name in asked_for(rule):
            assert f"# TYPE {name} " in text, name
        assert asked_for(rule) or "up{" in rule["expr"]

    def test_speaks_chinese_and_leads_to_its_playbook(
        self, rule: dict[str, Any], now: datetime
    ) -> None:
        notes = rule["annotations"]
        for name in ("summary", "description"):
            assert re.search(r"[\u4e00-\u9fff]", notes[name])
        assert rule["labels"]["severity"] in {"warning", "critical"}
        path, _, anchor = notes["playbook"].partition("#")
        text = (ROOT / path).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}
        assert anchor in slugs


def test_every_gauge_of_the_servers_is_watched_by_an_alert() -> None:
    watched = set().union(*(asked_for(rule) for rule in rules()))
    quiet = {"disk_free_bytes", "sweep_duration_seconds"}
    gauges = {m.name for m in measures.MEASURES.values() if m.kind == "gauge"}
    assert gauges - watched == {f"enforcement_{name}" for name in quiet}
