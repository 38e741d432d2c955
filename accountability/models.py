"""Flags (超期标记) raised by the sweep, explanations of them, and reviews of the explanations."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from accountability.machine import FLAG_MOVES, FlagState
from cases.fsm import moved_by
from cases.machine import pairs
from cases.models import Case
from cases.triggers import STATE_CHANGED
from enforcement.counting import Count, counted, register

#: What dashboards count about flags.
FLAG_COUNTS = [Count("flag.state", dim="r.state")]
register("accountability_flag", FLAG_COUNTS)


class Flag(FSMModelMixin, models.Model):
    """One lapse of one rule in one case, from one starting event.

    ``holder`` held the case on the due day; it is empty where the duty was the court's and not
    the handler's. ``level`` grows when the explanation itself is late.
    """

    # No constraint in the database, for the reason given at CaseEvent.case.
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        related_name="flags",
        db_index=False,
        db_constraint=False,
    )
    court_id = models.CharField(max_length=16)
    rule = models.CharField("规则", max_length=40)
    version = models.DateField("规则版本")
    start_seq = models.PositiveIntegerField("起算事件")
    start_on = models.DateField("起算日")
    due = models.DateField("届满日")
    lapse_on = models.DateField("逾期首日")
    duty = models.CharField("责任", max_length=10)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="flags",
        verbose_name="届满日承办人",
        db_index=False,
    )
    state = FSMField("状态", default=FlagState.RAISED, choices=FlagState.choices, protected=True)
    level = models.PositiveSmallIntegerField("升级次数", default=0)
    raised_on = models.DateField("标记日")
    raised_at = models.DateTimeField("标记时间")
    demanded_on = models.DateField("要求说明日", null=True)

    demand = moved_by(FLAG_MOVES, "demand")
    explain = moved_by(FLAG_MOVES, "explain")
    excuse = moved_by(FLAG_MOVES, "excuse")
    uphold = moved_by(FLAG_MOVES, "uphold")
    overturn = moved_by(FLAG_MOVES, "overturn")
    close = moved_by(FLAG_MOVES, "close")

    class Meta:
        verbose_name = verbose_name_plural = "超期标记"
        constraints = [
            models.UniqueConstraint(fields=["case", "rule", "start_seq"], name="flag_once"),
        ]
        indexes = [
            models.Index(fields=["court_id", "state", "-id"], name="flag_court"),
            models.Index(
                fields=["holder", "state"],
                name="flag_holder",
                condition=Q(holder__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="flag_moves",
                field="state",
                transitions=pairs(FLAG_MOVES),
                condition=STATE_CHANGED,
            ),
            pgtrigger.Protect(name="flag_kept", operation=pgtrigger.Delete),
            *counted("flag", FLAG_COUNTS),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.rule}#{self.start_seq}"


class ExplanationGround(models.TextChoices):
    """Why a period was overrun; the first five are not the handler's doing."""

    EXCLUDED = "excluded", "依法应扣除的期间未登记"
    NO_ASSETS = "no_assets", "执行不能：确无财产可供执行"
    THIRD_BODY = "third_body", "已按时请求协助，有关单位未答复"
    HANDED_OVER = "handed_over", "案件移交、变更承办人"
    FORCE = "force", "不可抗力或者系统故障"
    WORKLOAD = "workload", "案件积压"
    OVERSIGHT = "oversight", "工作疏漏"
    OTHER = "other", "其他"


def one_hearing(name: str) -> models.CheckConstraint:
    """Return the constraint that a statement belongs to the present hearing or an earlier one."""
    return models.CheckConstraint(
        name=name,
        condition=Q(flag__isnull=False, past_flag__isnull=True)
        | Q(flag__isnull=True, past_flag__isnull=False),
    )


class Explanation(models.Model):
    """What the person answerable says about a lapse, once per flag.

    When a correction puts the lateness on somebody else, or brings a withdrawn flag back, the flag
    is heard anew: what was said before moves from ``flag`` to ``past_flag`` and stays.
    """

    flag = models.OneToOneField(
        Flag, on_delete=models.PROTECT, null=True, related_name="explanation"
    )
    past_flag = models.ForeignKey(
        Flag, on_delete=models.PROTECT, null=True, related_name="past_explanations"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    on = models.DateField("日期")
    ground = models.CharField("理由类别", max_length=12, choices=ExplanationGround.choices)
    text = models.TextField("说明")
    late = models.BooleanField("逾期说明", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "超期说明"
        constraints = [one_hearing("explanation_of_one_hearing")]

    def __str__(self) -> str:
        return f"说明 {self.flag_id or self.past_flag_id}"


class FlagReview(models.Model):
    """A decision on a flag: by somebody who neither held the case nor wrote the explanation.

    ``past``: it belongs to an earlier hearing of the flag, and decides nothing any more.
    """

    class Outcome(models.TextChoices):
        """What the review found."""

        EXCUSED = "excused", "理由成立"
        UPHELD = "upheld", "认定超期"
        OVERTURNED = "overturned", "复核后改判理由成立"
        CONFIRMED = "confirmed", "复核后维持认定"

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="reviews")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="flag_reviews"
    )
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    on = models.DateField("日期")
    outcome = models.CharField("结论", max_length=12, choices=Outcome.choices)
    ground = models.TextField("理由")
    past = models.BooleanField("前次审查", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "标记审查"
        constraints = [
            models.CheckConstraint(
                name="review_by_another",
                condition=(Q(explained_by__isnull=True) | ~Q(by=F("explained_by")))
                & (Q(holder__isnull=True) | ~Q(by=F("holder"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.flag_id}"


class Reply(models.Model):
    """What the person found late says against the finding (申辩), once per flag."""

    flag = models.OneToOneField(Flag, on_delete=models.PROTECT, null=True, related_name="reply")
    past_flag = models.ForeignKey(
        Flag, on_delete=models.PROTECT, null=True, related_name="past_replies"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    on = models.DateField("日期")
    text = models.TextField("申辩意见")

    class Meta:
        verbose_name = verbose_name_plural = "申辩"
        constraints = [one_hearing("reply_of_one_hearing")]

    def __str__(self) -> str:
        return f"申辩 {self.flag_id or self.past_flag_id}"
