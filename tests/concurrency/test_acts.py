"""Two people at the same act at the same moment: one is done, the other is told why not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from accountability.models import Flag
from accountability.sweep import sweep
from cases.ledger import verify
from cases.models import Case, CaseEvent, HandlerTerm, Lead, NumberSeries
from cases.verb import VERBS
from deadlines.models import Sheet
from enforcement.errors import Refused
from enforcement.models import User
from enforcement.roles import Role
from tests.acts import ACTS, DAY, Act, case_of_act
from tests.builders import a_case, at, day, enforcing, filing
from tests.concurrency.crowd import at_once, case_held, closing, flags, held, hold_together, truth
from tests.people import HOME, SINCE, People, again, post

FILINGS = 50


def window(act: Act, name: str, by: User | None = None, **given: Any) -> Callable[[], Any]:
    """Return the act as sent from a window of its own: nothing is shared with another one."""
    target = type(act.target)._default_manager.get(pk=act.target.pk)
    data = {"by": again(by or act.by), "now": at(act.on), "on": act.on} | act.data | given
    return lambda: VERBS[name].run(target, **data)


def parted(results: list[Any]) -> tuple[list[Any], list[Refused]]:
    """Part what was done from what was refused."""
    refused = [result for result in results if isinstance(result, Refused)]
    return [result for result in results if not isinstance(result, Refused)], refused


def second_head(people: People) -> User:
    """Return a second bureau head of the home court."""
    user = User.objects.create(username="mu", name="穆局长")
    return post(user, people.courts[HOME], Role.BUREAU_HEAD, SINCE)


class TestTheSameActTwice:
    def test_on_one_version_is_done_once_and_the_other_is_stale(self, people: People) -> None:
        """Every act there is, sent from two windows that show the same version."""
        for name, ready in ACTS.items():
            act = ready(people)
            before = case_of_act(act)
            both = [window(act, name, version=before.version) for _ in range(2)]
            done, refused = parted(at_once(*both, stop=case_held(before)))
            assert len(done) == 1, (name, refused)
            assert [(r.code, r.status) for r in refused] == [("case.stale", 412)], name
            after = case_of_act(act)
            assert after.version == before.version + 1, name
            assert CaseEvent.objects.filter(case=after).count() == after.version, name
            assert verify(after.pk).faults == [], name
        hold_together()

    def test_without_a_version_what_moves_the_case_is_refused_by_its_state(
        self, people: People
    ) -> None:
        """An old form that sends no version: the guard looks at the case under the lock."""
        act = ACTS["receive_file"](people)
        both = [window(act, "receive_file") for _ in range(2)]
        done, refused = parted(at_once(*both, stop=case_held(case_of_act(act))))
        assert (len(done), [r.code for r in refused]) == (1, ["case.state"])
        assert act.built.kinds.count("file.received") == 1
        hold_together()

    def test_without_a_version_what_only_adds_is_done_twice_one_after_the_other(
        self, people: People
    ) -> None:
        act = ACTS["submit_lead"](people)
        ten = [window(act, "submit_lead", content=f"商洛某银行账户{n}") for n in range(10)]
        done, refused = parted(at_once(*ten, stop=case_held(case_of_act(act))))
        assert (len(done), refused) == (10, [])
        assert Lead.objects.filter(case=act.built.case).count() == 10
        versions = act.built.case.events.order_by("seq").values_list("seq", flat=True)
        assert list(versions) == list(range(1, 14))
        hold_together()

    def test_the_judge_and_the_assistant_answer_one_lead_once(self, people: People) -> None:
        act = ACTS["verify_lead"](people)
        version = case_of_act(act).version
        done, refused = parted(
            at_once(
                window(act, "verify_lead", people.lin, version=version, result="true"),
                window(act, "verify_lead", people.gu, version=version, result="false"),
                stop=case_held(case_of_act(act)),
            )
        )
        assert (len(done), [r.code for r in refused]) == (1, ["case.stale"])
        lead = Lead.objects.get(pk=act.target.pk)
        assert act.built.event("lead.verified").fields["result"] == lead.state

    def test_on_two_cases_neither_waits_for_the_other(self, people: People) -> None:
        one, other = (ACTS["send_notice"](people) for _ in range(2))
        with case_held(case_of_act(one)):
            done, refused = parted(at_once(window(other, "send_notice")))
        assert (len(done), refused) == (1, [])
        assert one.built.kinds.count("notice.sent") == 0


class TestAssigning:
    def test_two_heads_give_one_case_to_two_judges_and_one_of_them_gets_it(
        self, people: People
    ) -> None:
        built, mu = a_case(people).filed("11-02"), second_head(people)
        act = Act(built, built.case, people.qin)
        version = built.case.version
        done, refused = parted(
            at_once(
                window(act, "assign_handler", user=people.lin, version=version),
                window(act, "assign_handler", by=mu, user=people.zhou, version=version),
                stop=case_held(built.case),
            )
        )
        assert (len(done), [r.code for r in refused]) == (1, ["case.stale"])
        case = case_of_act(act)
        term = HandlerTerm.objects.get(case=case)
        assert case.handler_id == term.user_id == built.event("handler.assigned").fields["user"]
        hold_together()

    def test_two_heads_hand_one_case_over_and_its_terms_stay_one_line(self, people: People) -> None:
        built, mu = enforcing(people), second_head(people)
        act, why = Act(built, built.case, people.qin), {"reason": "工作调整"}
        third = post(User.objects.create(username="shi"), people.court, Role.JUDGE, SINCE)
        done, refused = parted(
            at_once(
                window(act, "reassign_handler", user=people.zhou, **why),
                window(act, "reassign_handler", by=mu, user=third, **why),
                stop=case_held(built.case),
            )
        )
        assert (len(done), refused) == (2, [])  # no version: one after the other
        terms = HandlerTerm.objects.filter(case=built.case).order_by("first_day", "pk")
        assert [t.user_id for t in terms if t.last_day is None] == [case_of_act(act).handler_id]
        hold_together()


class TestFiling:
    @pytest.fixture
    def clerks(self, people: People) -> list[User]:
        """Return a second filing clerk beside the first."""
        second = User.objects.create(username="deng", name="邓立案")
        return [people.tang, post(second, people.court, Role.FILING_CLERK, SINCE)]

    def _file(self, people: People, by: User, **changes: Any) -> Callable[[], Any]:
        entry = {"by": again(by), **filing("11-02", **changes)}
        return lambda: VERBS["file_case"].run(people.court, **entry)

    def test_two_clerks_get_two_numbers_that_follow_each_other(
        self, people: People, clerks: list[User]
    ) -> None:
        a_case(people).filed("11-02")
        series = held("SELECT FROM cases_numberseries FOR UPDATE")
        done = at_once(*[self._file(people, clerk) for clerk in clerks], stop=series)
        assert sorted(filed.case.serial for filed in done) == [2, 3]
        assert len({filed.query_code for filed in done}) == 2

    def test_fifty_filings_at_once_leave_no_gap_and_no_duplicate(
        self, people: People, clerks: list[User]
    ) -> None:
        a_case(people).filed("11-02")
        series = held("SELECT FROM cases_numberseries FOR UPDATE")
        fifty = [self._file(people, clerks[n % 2]) for n in range(FILINGS)]
        done, refused = parted(at_once(*fifty, stop=series))
        assert (len(done), refused) == (FILINGS, [])
        numbers = Case.objects.order_by("serial").values_list("number", flat=True)
        assert list(numbers) == [f"（2026）陕1002执{n}号" for n in range(1, FILINGS + 2)]
        assert NumberSeries.objects.get().last == FILINGS + 1
        assert Sheet.objects.count() == FILINGS + 1  # each was derived after its commit
        hold_together()

    def test_a_filing_that_fails_behind_others_gives_its_number_back(
        self, people: People, clerks: list[User]
    ) -> None:
        """Its number was given out before what is wrong was found."""
        a_case(people).filed("11-02")
        series = held("SELECT FROM cases_numberseries FOR UPDATE")
        acts = [self._file(people, clerks[n % 2]) for n in range(4)]
        acts += [self._file(people, clerks[n % 2], basis_number=" ") for n in range(4)]
        done, refused = parted(at_once(*acts, stop=series))
        assert sorted(filed.case.serial for filed in done) == [2, 3, 4, 5]
        assert [(r.code, r.field) for r in refused] == [("input.required", "basis_number")] * 4
        assert NumberSeries.objects.get().last == 5


class TestAgainstTheSweep:
    def test_a_judge_who_acts_while_the_sweep_runs_is_not_accused(self, people: People) -> None:
        """The notice was sent in time and is entered at the moment the sweep comes."""
        built = enforcing(people)
        today = day("11-08")
        act = Act(built, built.case, people.lin, on=day("11-06"))
        with case_held(built.case):
            swept = sweep(today, at(today))
        assert swept.flagged == 0  # held by somebody: left for the next run
        window(act, "send_notice", now=at(today))()
        assert sweep(today, at(today)).flagged == 0
        assert truth(today) == set()

    def test_nobody_is_accused_after_the_act(self, people: People) -> None:
        """Acts done in time, entered while sweeps run: a flag may come before one, never after."""
        today, left = day("11-10"), threading.Event()
        builds = [enforcing(people) for _ in range(48)]
        acts = [Act(b, b.case, people.lin, on=day("11-06")) for b in builds]
        desks = [
            [window(act, "send_notice", now=at(today)) for act in acts[n::4]] for n in range(4)
        ]

        def desk(mine: list[Callable[[], Any]]) -> None:
            for act in mine:
                act()

        def sweeps() -> None:
            while not left.is_set():
                sweep(today, at(today), batch=1)

        with ThreadPoolExecutor(2) as pool:
            running = [pool.submit(closing(sweeps)) for _ in range(2)]
            try:
                at_once(*[partial(desk, mine) for mine in desks])
            finally:
                left.set()
        assert [future.exception() for future in running] == [None, None]
        sweep(today, at(today))
        for built in builds:
            assert built.kinds[-1] in {"notice.sent", "flag.withdrawn"}, built.kinds
        assert flags() == truth(today) == set()
        hold_together()

    def test_the_flag_and_the_act_follow_each_other_whoever_is_first(self, people: People) -> None:
        """Many cases, a notice sent too late and the sweep at once: flagged all the same."""
        today = DAY + timedelta(days=1)
        builds = [enforcing(people) for _ in range(12)]
        acts = [Act(b, b.case, people.lin, on=today) for b in builds]
        at_once(
            *[window(act, "send_notice") for act in acts[:6]],
            *[lambda: sweep(today, at(today), batch=2) for _ in range(2)],
            *[window(act, "send_notice") for act in acts[6:]],
        )
        sweep(today, at(today))
        late = Flag.objects.filter(rule="send_enforcement_notice", holder=people.lin)
        assert late.count() == 12
        assert all(b.kinds.count("notice.sent") == 1 for b in builds)
        hold_together()
