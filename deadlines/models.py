"""Sheets and clocks: a cache of what the timeline, the rules and the calendar say.

Both may be thrown away at any hour; ``deadlines.sheets.rebuild`` makes them again.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models import Case
from enforcement.counting import Count, counted, register

#: What dashboards count about clocks. A clock counted late belongs to the month it lapsed in,
#: one done in time to the month it was done in; running ones are counted as of the rollup day.
CLOCK_COUNTS = [
    Count(
        "clock.running",
        dim="r.rule || '|' || CASE WHEN r.due IS NULL THEN 'suspended' "
        "WHEN r.lapse_on <= d.day THEN 'lapsed' WHEN r.amber_on <= d.day THEN 'amber' "
        "ELSE 'ok' END",
        where="r.stopped_on IS NULL",
    ),
    Count(
        "clock.ontime",
        dim="r.rule",
        day="date_trunc('month', r.stopped_on)::date",
        where="r.state = 'done' AND r.lapse_on IS NULL",
    ),
    Count(
        "clock.late",
        dim="r.rule",
        day="date_trunc('month', r.lapse_on)::date",
        where="r.lapse_on <= d.day",
    ),
]

#: The clocks that may be counted differently as of two days: what turned amber or lapsed between,
#: done since or not. Each alternative is the condition of an index below.
CLOCK_MOVED = (
    "(r.stopped_on IS NULL AND r.lapse_on > {low} AND r.lapse_on <= {high}) OR "
    "(r.stopped_on IS NOT NULL AND r.lapse_on > {low} AND r.lapse_on <= {high}) OR "
    "(r.stopped_on IS NULL AND r.amber_on > {low} AND r.amber_on <= {high})"
)
register("deadlines_clock", CLOCK_COUNTS, moved=CLOCK_MOVED)


class Stale(models.Model):
    """A case whose timeline grew since its sheet was made (written by a database trigger)."""

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, primary_key=True, db_constraint=False, related_name="+"
    )

    def __str__(self) -> str:
        return str(self.case_id)


class Sheet(models.Model):
    """One case's derived state: how much of the timeline it has seen, and when to look again.

    ``next_look`` is the first day on which something of a flagging rule lapses; ``next_due`` the
    most urgent running due day, which orders the docket. Handler and court are copied so that
    "my cases by urgency" is one index range.
    """

    case = models.OneToOneField(
        Case,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="sheet",
        db_constraint=False,  # disposable, and written under the case's lock only
    )
    seen = models.PositiveIntegerField("已读事件数")
    token = models.CharField("规则与日历", max_length=16)
    next_look = models.DateField("下次巡检日", null=True)
    next_due = models.DateField("最近到期日", null=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False
    )
    court_id = models.CharField(max_length=16)
    sick = models.TextField("异常", blank=True)
    built_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "期限表"
        indexes = [
            models.Index(
                fields=["next_look"], name="sheet_next_look", condition=Q(next_look__isnull=False)
            ),
            models.Index(
                fields=["handler", "next_due"],
                name="sheet_docket",
                condition=Q(next_due__isnull=False),
            ),
            models.Index(fields=["token", "case"], name="sheet_made_under"),
            models.Index(fields=["case"], name="sheet_sick", condition=~Q(sick="")),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}@{self.seen}"


class Clock(models.Model):
    """One running or ended period of one case under one rule, from one starting event."""

    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        related_name="clocks",
        db_index=False,
        db_constraint=False,  # disposable, and written under the case's lock only
    )
    court_id = models.CharField(max_length=16)
    rule = models.CharField("规则", max_length=40)
    version = models.DateField("规则版本")
    start_seq = models.PositiveIntegerField("起算事件")
    start_on = models.DateField("起算日")
    subject = models.CharField("对象", max_length=24, blank=True)
    raw_end = models.DateField("顺延前届满日")
    due = models.DateField("届满日", null=True)
    state = models.CharField("状态", max_length=10)
    stopped_on = models.DateField("完成日", null=True)
    stop_seq = models.PositiveIntegerField("完成事件", null=True)
    lapse_on = models.DateField("逾期首日", null=True)
    amber_on = models.DateField("预警首日", null=True)
    severity = models.CharField("级别", max_length=8)
    duty = models.CharField("责任", max_length=10)

    class Meta:
        verbose_name = verbose_name_plural = "期限"
        constraints = [
            models.UniqueConstraint(fields=["case", "rule", "start_seq"], name="clock_once"),
        ]
        indexes = [
            models.Index(
                fields=["court_id", "rule", "due"],
                name="clock_court",
                condition=Q(stopped_on__isnull=True),
            ),
            models.Index(
                fields=["lapse_on"], name="clock_lapse", condition=Q(stopped_on__isnull=True)
            ),
            models.Index(
                fields=["lapse_on"],
                name="clock_late",
                condition=Q(stopped_on__isnull=False, lapse_on__isnull=False),
            ),
            models.Index(
                fields=["amber_on"], name="clock_amber", condition=Q(stopped_on__isnull=True)
            ),
            # The lists behind the dashboard's figures, in their order, of a court and of all.
            models.Index(
                fields=["due", "id"],
                name="clock_due",
                condition=Q(stopped_on__isnull=True, due__isnull=False),
            ),
            models.Index(
                fields=["court_id", "due", "id"],
                name="clock_due_court",
                condition=Q(stopped_on__isnull=True, due__isnull=False),
            ),
            models.Index(
                fields=["-lapse_on", "-id"],
                name="clock_late_all",
                condition=Q(lapse_on__isnull=False),
            ),
            models.Index(
                fields=["court_id", "-lapse_on", "-id"],
                name="clock_late_court",
                condition=Q(lapse_on__isnull=False),
            ),
            models.Index(
                fields=["-stopped_on", "-id"],
                name="clock_done_all",
                condition=Q(state="done", lapse_on__isnull=True),
            ),
            models.Index(
                fields=["court_id", "-stopped_on", "-id"],
                name="clock_done_court",
                condition=Q(state="done", lapse_on__isnull=True),
            ),
        ]
        triggers = counted("clock", CLOCK_COUNTS, by_day=True)

    def __str__(self) -> str:
        return f"{self.case_id} {self.rule}#{self.start_seq} {self.due}"
