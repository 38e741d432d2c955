"""The demo's world: made once, then asked for every state that its pages are to show."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Count, F, Max, Q
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accountability.machine import FlagState
from accountability.models import Flag, FlagReview
from cases.ledger import verify
from cases.machine import LeadState, ListingState, State
from cases.models import Case, CaseEvent, Lead, Listing, Measure, Party
from cases.models.case import ClosingMethod, Procedure
from deadlines.law import current
from deadlines.models import Clock, Sheet, Stale
from enforcement.management.commands.demo import sign_ins
from enforcement.models import Tick, User
from enforcement.roles import Role
from enforcement.rollup_check import check
from petitions.demo import stories
from petitions.demo.cast import COURTS, PASSWORD
from petitions.machine import OrderState, PetitionState, ReportState, ReviewState
from petitions.models import DualReview, Order, Petition, Report
from petitions.papers import intact
from tests.courts_fixture import load_branch
from tests.demo.crawl import crawl

#: Without the mark pytest-django makes no database of the tests' own.
pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
BRANCH = ("陕", "陕10", "陕1002", "陕1021", "陕1022")
STEPS = ("assign_handler", "send_enforcement_notice", "dishonest_entry")
RED_LINES = (*STEPS, "lead_red_line")


@pytest.fixture(scope="module", autouse=True)
def printed(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any
) -> Iterator[tuple[str, Path]]:
    """Seed by the command; yield what it printed and its folder; leave nothing behind."""
    folder, out, errors = tmp_path_factory.mktemp("demo"), io.StringIO(), io.StringIO()
    with django_db_blocker.unblock(), transaction.atomic():
        load_branch(("陕1002", "陕1021", "陕1022", "粤03", "渝0192"))
        call_command("load_reference", stdout=io.StringIO())
        with override_settings(DEMO=True, VAR_DIR=folder):
            call_command("seed_demo", today=TODAY, stdout=out, stderr=errors)
        assert errors.getvalue() == ""
        yield out.getvalue(), folder
        transaction.set_rollback(True)


def running() -> Any:
    """Return the running clocks of the demo."""
    return Clock.objects.filter(stopped_on__isnull=True)


# -- volume and spread --------------------------------------------------------------------------


def test_five_courts_of_one_branch_hold_at_least_sixty_six_cases() -> None:
    by_court = dict(Case.objects.values_list("court__code").annotate(n=Count("pk")))
    assert sum(by_court[code] for code in BRANCH) >= 66
    assert all(by_court[code] >= 3 for code in BRANCH)
    assert set(by_court) == {*BRANCH, "粤03", "渝0192"}


def test_every_state_common_procedure_and_closing_method_occurs() -> None:
    for field, values in (
        ("state", State.values),
        ("procedure", [Procedure.FIRST, Procedure.NONLIT]),
        ("closing_method", [*ClosingMethod.values, ""]),
    ):
        assert set(Case.objects.values_list(field, flat=True)) == set(values)


def test_somebody_holds_every_role_and_signs_in_with_the_one_password() -> None:
    assert set(User.objects.values_list("posts__role", flat=True)) == set(Role.values)
    assert User.objects.get(username="faguan1").check_password(PASSWORD)
    assert not User.objects.filter(Q(is_staff=True) | Q(is_superuser=True)).exists()


def test_cases_differ_in_cause_amount_and_parties() -> None:
    assert Case.objects.aggregate(n=Count("cause", distinct=True))["n"] >= 8
    assert Case.objects.aggregate(n=Count("amount", distinct=True))["n"] > Case.objects.count() - 8
    assert Party.objects.aggregate(n=Count("name", distinct=True))["n"] > 150
    assert not Case.objects.filter(cause__isnull=True).exists()


# -- clocks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [*RED_LINES, "case_limit"])
def test_something_falls_due_today(rule: str) -> None:
    assert running().filter(rule=rule, due=TODAY).exists()


@pytest.mark.parametrize("rule", [*STEPS, "case_limit", "verify_lead"])
def test_something_falls_due_tomorrow(rule: str) -> None:
    assert running().filter(rule=rule, due=TODAY + timedelta(days=1)).exists()


def test_clocks_are_in_time_amber_lapsed_excluded_extended_and_done_late() -> None:
    late, amber = Q(lapse_on__lte=TODAY), Q(amber_on__lte=TODAY)
    assert running().filter(late).count() >= 8
    assert running().filter(amber).exclude(late).count() >= 8
    assert running().exclude(late | amber).filter(due__isnull=False).count() >= 20
    assert running().filter(due__isnull=True, rule="case_limit").count() >= 3
    assert Clock.objects.filter(state="done", lapse_on__isnull=False).count() >= 10
    kinds = CaseEvent.objects.values_list("kind", flat=True)
    assert {"limit.extended", "case.resumed", "exclusion.closed"} <= set(kinds)
    found = {e.fields["exclusion"] for e in CaseEvent.objects.filter(kind="exclusion.opened")}
    assert {"valuation", "public_notice", "auction"} <= found


def test_the_petition_order_and_explanation_clocks_run_and_lapse() -> None:
    for rule in ("petition_register", "petition_close_own", "duban_report"):
        assert running().filter(rule=rule, lapse_on__gt=TODAY).exists(), rule
        assert running().filter(rule=rule, lapse_on__lte=TODAY).exists(), rule
    assert running().filter(rule="explanation", lapse_on__gt=TODAY).exists()


def test_twelve_months_have_a_history_mostly_in_time() -> None:
    for rule in ("assign_handler", "send_enforcement_notice"):
        clocks = Clock.objects.filter(rule=rule, case__court__code__in=BRANCH)
        done = clocks.filter(state="done", lapse_on__isnull=True)
        late = clocks.filter(lapse_on__lte=TODAY)
        assert 0 < late.count() < done.count() / 4
        assert done.dates("stopped_on", "month").count() >= 14


def test_every_sheet_is_current_and_nobody_is_set_aside() -> None:
    assert not Stale.objects.exists()
    assert not Sheet.objects.exclude(sick="").exists()
    assert Sheet.objects.filter(seen=F("case__version")).count() == Case.objects.count()


# -- leads, measures, listings ------------------------------------------------------------------


def test_leads_and_listings_of_every_state_and_measures_of_every_kind_occur() -> None:
    assert set(Lead.objects.values_list("state", flat=True)) == set(LeadState.values)
    assert Lead.objects.filter(urgent=True).exists()
    assert set(Listing.objects.values_list("state", flat=True)) == set(ListingState.values)
    assert Listing.objects.filter(published_on__gt=F("decided_on") + timedelta(days=5)).exists()
    assert set(Measure.objects.values_list("kind", flat=True)) == {"seal", "detain", "freeze"}


# -- flags --------------------------------------------------------------------------------------


def test_flags_stand_at_every_stage() -> None:
    assert set(Flag.objects.values_list("state", flat=True)) == set(FlagState.values)
    outcomes = set(FlagReview.objects.values_list("outcome", flat=True))
    assert outcomes == set(FlagReview.Outcome.values)
    assert Flag.objects.filter(state="upheld", reply__isnull=False).exists()
    assert Flag.objects.filter(level=1, state="demanded").exists()
    assert Flag.objects.filter(level=1, explanation__late=True).exists()


def test_flags_were_raised_on_the_day_of_the_lapse_and_none_is_missing() -> None:
    prompt = Flag.objects.filter(raised_on=F("lapse_on")).count()
    assert prompt > Flag.objects.count() * 0.9
    lapsed = Clock.objects.filter(severity="flag", lapse_on__lte=TODAY)
    owed = set(lapsed.values_list("case_id", "rule", "start_seq"))
    told = Flag.objects.exclude(state="withdrawn")
    assert set(told.values_list("case_id", "rule", "start_seq")) == owed


def test_lateness_stays_with_the_judge_of_the_day_after_the_case_went_on() -> None:
    moved = Flag.objects.filter(duty="handler", holder__isnull=False).exclude(
        holder=F("case__handler")
    )
    assert moved.exists()


def test_a_correction_took_a_flag_back() -> None:
    withdrawn = Flag.objects.filter(state="withdrawn").first()
    assert withdrawn is not None
    kinds = withdrawn.case.events.values_list("kind", flat=True)
    assert {"event.corrected", "flag.withdrawn"} <= set(kinds)


def test_the_sweep_ran_on_many_days_and_last_of_all_now() -> None:
    ticks = Tick.objects.filter(job="sweep")
    assert ticks.values("today").distinct().count() > 30
    assert ticks.latest("started_at").today == TODAY
    past = ticks.filter(today__lt=TODAY)
    assert not past.filter(finished_at__gt=F("started_at") + timedelta(minutes=1)).exists()


# -- petitions and supervision ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "states"),
    [
        (Petition, PetitionState),
        (DualReview, ReviewState),
        (Report, ReportState),
        (Order, OrderState),
    ],
)
def test_every_stage_of_supervision_occurs(model: Any, states: Any) -> None:
    assert set(model.objects.values_list("state", flat=True)) == set(states.values)


def test_a_petition_came_in_today_one_is_unread_one_is_from_a_stranger() -> None:
    assert Petition.objects.filter(filed_on=TODAY, state="filed").exists()
    assert Petition.objects.filter(state="answered", read_on__isnull=True).exists()
    assert Petition.objects.filter(party__isnull=True, delivery="post").exists()


def test_a_report_replaced_another_and_both_still_say_what_was_issued() -> None:
    old = Report.objects.get(state="superseded")
    assert old.superseded_by is not None
    assert old.superseded_by.state == "issued"
    assert all(intact(report) for report in Report.objects.exclude(state="draft"))


# -- the three stories --------------------------------------------------------------------------


@pytest.mark.parametrize("name", stories.PARTIES)
def test_the_stories_are_there_and_over(name: str) -> None:
    mine = Case.objects.filter(parties__name=name)
    assert mine.count() == 2
    assert set(mine.values_list("state", flat=True)) == {"closed"}


def test_the_house_of_shangluo_was_given_to_another_court_and_handed_over_in_january() -> None:
    before, after = Case.objects.filter(parties__name="侯某某").order_by("filed_on")
    assert (before.court.code, after.court.code) == ("陕1021", "陕1002")
    assert before.amount == after.amount == 150_000
    assert before.events.filter(kind="case.suspended").count() == 4
    assert before.reviews.get().conclusion == "passive"
    assert str(before.closed_on) < str(after.filed_on)
    assert (after.closing_method, str(after.closed_on)[:7]) == ("performed", "2026-01")
    assert "2016年拍卖成交裁定" in after.basis_text
    assert not after.flags.exists()


def test_the_group_of_shenzhen_was_suspended_for_its_reorganisation_and_paid_in_full() -> None:
    for case in Case.objects.filter(court__code="粤03"):
        assert case.events.filter(kind="case.suspended", data__contains="bankruptcy").exists()
        assert case.received_amount == case.amount
    assert Order.objects.get(to_court__code="粤03").court.code == "最高法"


def test_the_estate_of_chongqing_got_its_certificates_and_the_mortgagee_over_40_million() -> None:
    bank, buyers = Case.objects.filter(court__code="渝0192").order_by("-amount")
    assert bank.received_amount > 40_000_000
    assert "360户" in buyers.basis_text
    assert buyers.petitions.get().answered


# -- soundness ----------------------------------------------------------------------------------


def test_the_ledger_and_the_rollups_hold() -> None:
    found = verify()
    assert (found.faults, found.cases) == ([], Case.objects.count())
    assert check().clean


def test_no_event_names_a_person_or_a_number() -> None:
    words = set(Party.objects.values_list("name", flat=True))
    words |= {party.id_number for party in Party.objects.all()}
    words |= {party.phone for party in Party.objects.all()}
    words |= set(User.objects.values_list("name", flat=True))
    words |= set(Petition.objects.exclude(petitioner="").values_list("petitioner", flat=True))
    words.discard("")
    assert len(words) > 400
    data = [json.loads(text) for text in CaseEvent.objects.values_list("data", flat=True)]
    everything = json.dumps(data, ensure_ascii=False)
    assert [word for word in words if word in everything] == []


def test_time_only_goes_forward_on_every_timeline() -> None:
    last: dict[int, Any] = {}
    for case_id, at in CaseEvent.objects.order_by("case_id", "seq").values_list("case_id", "at"):
        assert at >= last.get(case_id, at)
        last[case_id] = at
    assert max(last.values()).date() <= TODAY


def test_court_staff_act_on_working_days() -> None:
    """A period that is to end today may have to begin on a weekend; nothing else does."""
    calendar = current().calendar
    acts = CaseEvent.objects.filter(by__isnull=False).values_list("on", flat=True)
    resting = [day for day in acts if not calendar.is_working(day)]
    assert len(resting) < acts.count() / 50


def test_everybody_of_the_cast_works_in_a_court_of_the_cast() -> None:
    assert set(User.objects.values_list("posts__court__code", flat=True)) == set(COURTS)


# -- the command --------------------------------------------------------------------------------


def test_the_sign_ins_are_written_as_the_demo_reads_them(printed: tuple[str, Path]) -> None:
    path = printed[1] / "demo_accounts.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    assert {row["username"] for row in rows} == set(User.objects.values_list("username", flat=True))
    assert all({"name", "court", "role", "password", "home"} <= row.keys() for row in rows)
    petitioner = next(row for row in rows if row["username"] == "shenqingren")
    assert petitioner["cases"]
    lines = list(sign_ins(path))
    assert any("faguan1" in line and PASSWORD in line for line in lines)
    assert any(petitioner["cases"][0] in line and "CHAXUN88" in line for line in lines)


def test_the_sign_in_page_lists_them_in_a_demo_only(printed: tuple[str, Path]) -> None:
    page = reverse("account_login")
    with override_settings(DEMO=True, VAR_DIR=printed[1]):
        shown = Client().get(page).content.decode()
        elsewhere = Client().get("/").content.decode()
    with override_settings(DEMO=False, VAR_DIR=printed[1]):
        hidden = Client().get(page).content.decode()
    assert PASSWORD in shown
    assert all(name in shown for name in User.objects.values_list("username", flat=True))
    assert PASSWORD not in hidden + elsewhere


@pytest.mark.parametrize("role", sorted({*Role} - {Role.API_CLIENT}))
def test_every_page_a_role_is_led_to_answers(role: Role) -> None:
    user = User.objects.filter(posts__role=role, posts__last_day__isnull=True).first()
    user = user or User.objects.get(username="shenqingren")
    client = Client()
    client.force_login(user)
    good, bad = crawl(client, "/")
    assert bad == []
    assert len(good) >= 3, good


def test_it_prints_what_it_made(printed: tuple[str, Path]) -> None:
    assert f"{Case.objects.count()} 件案件" in printed[0]
    assert "CHAXUN88" in printed[0]


def test_a_second_run_says_so_and_changes_nothing() -> None:
    out, before = io.StringIO(), CaseEvent.objects.aggregate(n=Count("pk"), last=Max("pk"))
    with override_settings(DEMO=True):
        call_command("seed_demo", today=TODAY, stdout=out)
    assert "已有案件" in out.getvalue()
    assert CaseEvent.objects.aggregate(n=Count("pk"), last=Max("pk")) == before


@pytest.fixture
def no_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command think that there is no case yet."""
    monkeypatch.setattr(Case._default_manager, "exists", lambda: False, raising=False)


@pytest.mark.usefixtures("no_case")
def test_outside_the_demo_it_refuses() -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo", today=TODAY)


@pytest.mark.usefixtures("no_case")
def test_even_by_force_it_refuses_where_people_are() -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError, match="已有用户"):
        call_command("seed_demo", today=TODAY, force=True)
