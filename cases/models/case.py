"""The case (执行案件): its number, court, state and version, and who held it when."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin

from cases import triggers
from cases.fsm import moved_by
from cases.machine import CASE_MOVES, State, pairs
from cases.models.cause import Cause
from enforcement.models import Court


class Procedure(models.TextChoices):
    """Kind of case (法发〔2014〕26号): it decides which periods run, see ``cases`` of a rule.

    The first five are implementation cases (执行实施), then 执保, then review cases (执行审查).
    """

    FIRST = "first", "首次执行"
    NONLIT = "nonlit", "非诉执行"
    CRIMINAL = "criminal", "刑事涉财产执行"
    RESUMED = "resumed", "恢复执行"
    COMMISSIONED = "commissioned", "受托执行"
    PRESERVATION = "preservation", "财产保全执行"
    OBJECTION = "objection", "执行异议"
    RECONSIDERATION = "reconsideration", "执行复议"
    SUPERVISION = "supervision", "执行监督"
    COORDINATION = "coordination", "执行协调"


#: What the filing window files on an application or a transfer; the others come from a case.
AT_THE_WINDOW = [
    (choice.value, choice.label)
    for choice in (Procedure.FIRST, Procedure.NONLIT, Procedure.CRIMINAL)
]


class Basis(models.TextChoices):
    """What is enforced (执行依据): 执行工作规定（2020）第2条."""

    COURT_CIVIL = "court_civil_admin", "民事、行政判决、裁定、调解书，支付令"
    COURT_CRIMINAL = "court_criminal", "刑事裁判涉财产部分、刑事附带民事裁判"
    ADMIN_DECISION = "admin_decision", "行政处罚决定、行政处理决定"
    ARBITRATION = "arbitration", "仲裁裁决、调解书"
    NOTARISED = "notarised", "公证债权文书"
    FOREIGN = "foreign", "经承认的外国判决、仲裁裁决"
    OTHER = "other", "其他法律文书"


class ClosingMethod(models.TextChoices):
    """The six closing methods (结案方式): 执行工作规定（2020）第64条."""

    PERFORMED = "performed", "执行完毕"
    ROUND_ENDED = "round_ended", "终结本次执行程序"
    TERMINATED = "terminated", "终结执行"
    CANCELLED = "cancelled", "销案"
    NOT_ENFORCED = "not_enforced", "不予执行"
    REJECTED = "rejected", "驳回申请"


class Case(FSMModelMixin, models.Model):
    """One enforcement case.

    ``version`` is the length of the timeline: it is the optimistic lock of forms, the ETag of
    the API and the freshness token of the sheet. ``head`` is the hash of the last event. The
    ancestor courts stand on the row so that lists of a whole subtree need no join.
    """

    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="cases", db_index=False)
    high = models.ForeignKey(
        Court, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    intermediate = models.ForeignKey(
        Court, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    year = models.PositiveSmallIntegerField("年度")
    type_char = models.CharField("类型代字", max_length=8)
    serial = models.PositiveIntegerField("编号")
    number = models.CharField("案号", max_length=40)
    procedure = models.CharField("案件类型", max_length=16, choices=Procedure.choices)
    state = FSMField("状态", default=State.FILED, choices=State.choices, protected=True)
    version = models.PositiveIntegerField("版本", default=0)
    head = models.BinaryField(max_length=32, default=bytes(32))
    applied_on = models.DateField("收到申请日")
    filed_on = models.DateField("立案日")
    received_on = models.DateField("承办人接收日", null=True)
    closed_on = models.DateField("结案日", null=True)
    closing_method = models.CharField(
        "结案方式", max_length=16, choices=ClosingMethod.choices, blank=True
    )
    basis = models.CharField("执行依据种类", max_length=20, choices=Basis.choices)
    basis_number = models.CharField("执行依据文号", max_length=80)
    basis_body = models.CharField("作出机关", max_length=80)
    basis_text = models.TextField("执行内容", blank=True)
    cause = models.ForeignKey(
        Cause, on_delete=models.PROTECT, null=True, verbose_name="案由", db_index=False
    )
    amount = models.DecimalField("申请执行标的（元）", max_digits=18, decimal_places=2)
    received_amount = models.DecimalField(
        "已到位（元）", max_digits=18, decimal_places=2, default=0
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="cases_held",
        verbose_name="承办人",
        db_index=False,
    )
    query_code_hash = models.CharField(max_length=64, blank=True)
    last_kind = models.CharField(max_length=40, blank=True)
    last_on = models.DateField(null=True)

    #: Set by ``cases.verb.lock``: the row is locked in this transaction, events may be recorded.
    locked: bool = False

    assign = moved_by(CASE_MOVES, "assign")
    receive = moved_by(CASE_MOVES, "receive")
    suspend = moved_by(CASE_MOVES, "suspend")
    resume = moved_by(CASE_MOVES, "resume")
    close = moved_by(CASE_MOVES, "close")
    undo_receive = moved_by(CASE_MOVES, "undo_receive")
    undo_close_filed = moved_by(CASE_MOVES, "undo_close_filed")
    undo_close_assigned = moved_by(CASE_MOVES, "undo_close_assigned")
    undo_close_enforcing = moved_by(CASE_MOVES, "undo_close_enforcing")
    undo_close_suspended = moved_by(CASE_MOVES, "undo_close_suspended")

    class Meta:
        verbose_name = verbose_name_plural = "案件"
        indexes = [
            models.Index(fields=["court", "state", "-filed_on", "-id"], name="case_court"),
            models.Index(fields=["intermediate", "state", "-filed_on", "-id"], name="case_inter"),
            models.Index(fields=["high", "state", "-filed_on", "-id"], name="case_high"),
            models.Index(fields=["state", "-filed_on", "-id"], name="case_all"),
            # Lists of every state, and open ones: pages of them must not sort the whole subtree.
            models.Index(fields=["court", "-filed_on", "-id"], name="case_court_filed"),
            models.Index(fields=["intermediate", "-filed_on", "-id"], name="case_inter_filed"),
            models.Index(fields=["high", "-filed_on", "-id"], name="case_high_filed"),
            models.Index(fields=["-filed_on", "-id"], name="case_all_filed"),
            models.Index(fields=["serial", "-year", "court"], name="case_serial"),
            models.Index(fields=["handler", "state"], name="case_handler"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["court", "year", "type_char", "serial"], name="case_number_once"
            ),
            # The sweep writes version and head of many cases: every index it need not visit counts.
            models.UniqueConstraint(fields=["number"], name="case_by_number"),
            models.CheckConstraint(name="case_amount", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="case_closed_has_method",
                condition=Q(state=State.CLOSED, closed_on__isnull=False, closing_method__gt="")
                | (~Q(state=State.CLOSED) & Q(closed_on__isnull=True, closing_method="")),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="case_moves",
                field="state",
                transitions=pairs(CASE_MOVES),
                condition=triggers.STATE_CHANGED,
            ),
            pgtrigger.Protect(name="case_kept", operation=pgtrigger.Delete),
            triggers.moved_with_event(),
            *triggers.case_counts(),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def open(self) -> bool:
        """Tell whether the case is still running (not closed)."""
        return self.state != State.CLOSED


class HandlerTerm(models.Model):
    """Who held a case (承办人), from a day to a day: lateness belongs to the holder of that day."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="terms")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    first_day = models.DateField("起")
    last_day = models.DateField("止", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "承办记录"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(last_day__isnull=True), name="one_handler_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.user_id} {self.first_day}"

    def covers(self, day: date) -> bool:
        """Tell whether the term includes that legal day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)
