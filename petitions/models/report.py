"""Supervisory reports (督查报告): a frozen snapshot, its text and hash; never altered."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin

from cases.fsm import moved_by
from cases.machine import pairs
from cases.models import Case
from enforcement.models import Court
from petitions import triggers
from petitions.machine import REPORT_MOVES, ReportState
from petitions.models.review import DualReview


class Report(FSMModelMixin, models.Model):
    """One report of one dual review.

    ``snapshot`` is canonical JSON of everything known as of the day, ``content`` the structured
    text without its foot line, ``sha256`` the hash of ``content``, printed on every page.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    review = models.ForeignKey(DualReview, on_delete=models.PROTECT, related_name="reports")
    court = models.ForeignKey(
        Court, on_delete=models.PROTECT, related_name="reports", verbose_name="发文法院"
    )
    state = FSMField("状态", default=ReportState.DRAFT, choices=ReportState.choices, protected=True)
    number = models.CharField("文号", max_length=60, blank=True)
    title = models.CharField("标题", max_length=200)
    addressee = models.CharField("主送", max_length=120, blank=True)
    as_of = models.DateField("截至日")
    replies = models.TextField("被核查法院和人员的意见", blank=True)
    snapshot = models.TextField("快照")
    content = models.TextField("内容")
    sha256 = models.CharField("校验码", max_length=64, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField("起草时间")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="签发人",
    )
    issued_on = models.DateField("印发日", null=True)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="取代"
    )
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="被取代"
    )
    reason = models.TextField("取代理由", blank=True)

    issue = moved_by(REPORT_MOVES, "issue")
    supersede = moved_by(REPORT_MOVES, "supersede")

    class Meta:
        verbose_name = verbose_name_plural = "督查报告"
        ordering = ("-id",)
        indexes = [models.Index(fields=["court", "state", "-id"], name="report_court")]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], name="report_number_once", condition=~Q(number="")
            ),
            models.UniqueConstraint(
                fields=["review"], name="one_draft", condition=Q(state=ReportState.DRAFT)
            ),
            models.UniqueConstraint(
                fields=["review"], name="one_report_in_force", condition=Q(state=ReportState.ISSUED)
            ),
            models.CheckConstraint(
                name="report_issued",
                condition=Q(state=ReportState.DRAFT, number="", issued_on__isnull=True)
                | (
                    ~Q(state=ReportState.DRAFT)
                    & Q(sha256__regex="^[0-9a-f]{64}$", issued_on__isnull=False)
                    & Q(issued_by__isnull=False, number__gt="")
                ),
            ),
            models.CheckConstraint(
                name="report_superseded",
                condition=Q(state=ReportState.SUPERSEDED, superseded_by__isnull=False)
                | (~Q(state=ReportState.SUPERSEDED) & Q(superseded_by__isnull=True)),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="report_moves", field="state", transitions=pairs(REPORT_MOVES)),
            pgtrigger.Protect(name="report_kept", operation=pgtrigger.Delete),
            triggers.kept_as_issued(
                "report_unaltered",
                ("state", "superseded_by_id"),
                draft="draft",
                final="superseded",
            ),
            triggers.issued_by_another(),
            triggers.strictly_above("report_above"),
        ]

    def __str__(self) -> str:
        return self.number or f"草稿 {self.pk}"

    @property
    def in_force(self) -> bool:
        """Tell whether the report is issued and not superseded."""
        return self.state == ReportState.ISSUED
