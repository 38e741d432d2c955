"""Petitions and reviews on their way: every step is a verb done by the person whose post it is.

The case was filed on 2 November 2026, assigned and received on the two days after; its notice
went out on the 12th, three days late. Days are written MM-DD of 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cases.models import Case, Party
from cases.verb import VERBS
from enforcement.models import Court, User
from enforcement.roles import Role
from petitions.models import Clue, DualReview, Order, Petition, Report
from tests.builders import CaseBuilder, Day, at, day, enforcing
from tests.people import ABOVE, People, post

TEXT = "立案后迟迟没有发出执行通知书，承办人也不接电话。请求尽快执行。"
CLUES = ("执行通知书迟延发出", "承办人不接电话、态度生硬")


def raw(statement: str, *values: Any) -> None:
    """Send SQL past every verb, as somebody with the database's password could."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def database_refuses(match: str) -> Iterator[None]:
    """Expect the database itself to refuse, naming its rule, and the transaction to live on."""
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        yield


def somebody(username: str, name: str, court: Court, role: Role) -> User:
    """Return one more person with a post."""
    return post(User.objects.create(username=username, name=name), court, role)


@dataclass
class Supervised:
    """One case under supervision, with the people of the court above.

    Attributes:
        head: 执行局长, president: 院长, clerk: 信访专员, all of the intermediate court (陕10).
    """

    people: People
    built: CaseBuilder
    head: User
    president: User
    clerk: User
    made: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def case_of(cls, people: People) -> Supervised:
        """Build the late case and the people above it."""
        built = enforcing(people).noticed("11-12")
        above = people.courts[ABOVE]
        return cls(
            people,
            built,
            head=somebody("head", "贺局长", above, Role.BUREAU_HEAD),
            president=somebody("president", "袁院长", above, Role.PRESIDENT),
            clerk=somebody("clerk", "许上访", above, Role.PETITION_CLERK),
        )

    @property
    def case(self) -> Case:
        """Return the case as it stands."""
        self.built.case.refresh_from_db()
        return self.built.case

    @property
    def applicant(self) -> Party:
        """Return the applicant."""
        return self.case.parties.get(role="applicant")

    @property
    def above(self) -> Court:
        """Return the intermediate court."""
        return self.people.courts[ABOVE]

    def do(self, verb: str, target: Any, on: Day, by: User | None, **data: Any) -> Any:
        """Do a verb as of a day, recorded at ten that morning."""
        return VERBS[verb].run(target, by=by, now=at(on), on=day(on), **data)

    # -- petitions -----------------------------------------------------------------------------

    def filed(self, on: Day = "11-13", **data: Any) -> Petition:
        """提出信访, from the portal unless told otherwise."""
        given: dict[str, Any] = {
            "by": None,
            "kind": "passive",
            "text": TEXT,
            "party": self.applicant,
        } | data
        petition: Petition = self.do("file_petition", self.case, on, given.pop("by"), **given)
        return petition

    def registered(self, on: Day = "11-16", **data: Any) -> Petition:
        """登记信访."""
        petition = self.filed()
        self.do("register_petition", petition, on, self.people.xu, **data)
        return petition

    def answered(self, on: Day = "11-18", **data: Any) -> Petition:
        """答复信访."""
        petition = self.registered()
        given = {"outcome": "founded", "answer": "经查属实，执行通知书已于11月12日发出。"} | data
        self.do("answer_petition", petition, on, self.people.xu, **given)
        return petition

    # -- reviews -------------------------------------------------------------------------------

    def opened(self, on: Day = "11-16", **data: Any) -> DualReview:
        """启动一案双查 by Supervisor He (case) and Inspector Song (conduct)."""
        given: dict[str, Any] = {
            "by": self.head,
            "case_reviewer": self.people.he,
            "conduct_reviewer": self.people.song,
            "petition": self.made.get("petition"),
            "source": "" if self.made.get("petition") else "inspection",
            "clues": CLUES,
        } | data
        review: DualReview = self.do("open_review", self.case, on, given.pop("by"), **given)
        return review

    def answer(self, clue: Clue, by: User, on: Day = "11-17", **data: Any) -> Any:
        """答复线索."""
        given = {"answer": "yes", "text": "通知书迟延三日发出。", "evidence": [3, 4]} | data
        return self.do("answer_clue", clue, on, by, **given)

    def all_answered(self) -> DualReview:
        """Return a review in which both tracks have answered both clues."""
        review = self.opened()
        first, second = review.clues.order_by("position")
        he, song = self.people.he, self.people.song
        self.answer(first, he)
        self.answer(second, he, answer="unknown", text="案件线无法查实。", evidence=[])
        self.answer(first, song, text="承办人林法官对迟延负有直接责任。")
        self.answer(
            second,
            song,
            answer="no",
            text="调取通话记录，承办人五次接听。",
            evidence=[],
            other_evidence="办公电话通话记录二页",
        )
        return review

    def proposed(self, on: Day = "11-18", **data: Any) -> DualReview:
        """提出联合结论 by the case reviewer."""
        review = self.all_answered()
        given = {
            "conclusion": "passive",
            "reasons": "承办人收到案件材料后第八日才发出执行通知书，没有正当理由。",
            "remedies": ["correct", "supervise"],
            "proposals": "责令商州区人民法院整改\n对林法官进行提醒谈话",
            "summary": "案件线查阅了全部时间线。",
        } | data
        self.do("propose_conclusion", review, on, self.people.he, **given)
        return review

    def concluded(self, on: Day = "11-19") -> DualReview:
        """会签联合结论 by the conduct reviewer."""
        review = self.proposed()
        self.do(
            "conclude_review",
            review,
            on,
            self.people.song,
            summary="人员线谈话二人次，未发现违纪。",
        )
        return review

    # -- papers --------------------------------------------------------------------------------

    def drafted(self, on: Day = "11-20", as_of: Day = "11-20", **data: Any) -> Report:
        """起草督查报告."""
        review = self.made.get("review") or self.concluded()
        report: Report = self.do(
            "draft_report", review, on, self.people.he, as_of=day(as_of), **data
        )
        return report

    def issued(self, on: Day = "11-21", **data: Any) -> Report:
        """签发督查报告 by the bureau head of the reviewing court."""
        report = self.drafted(**data)
        self.do("issue_report", report, on, self.head)
        return report

    def ordered(self, on: Day = "11-23", **data: Any) -> Order:
        """发出督办函."""
        given: dict[str, Any] = {
            "by": self.people.he,
            "facts": "执行通知书迟延发出，财产线索没有核查。",
            "demands": ["立即核查财产线索", "依法采取控制措施"],
            "contact": "何督导 0914-0000001",
        } | data
        order: Order = self.do("issue_order", self.case, on, given.pop("by"), **given)
        return order
