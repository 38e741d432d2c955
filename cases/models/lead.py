"""Property leads (财产线索) given by the applicant, and what checking them found."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django_fsm import FSMField, FSMModelMixin

from cases.fsm import moved_by
from cases.machine import LEAD_MOVES, LeadState, pairs
from cases.models.case import Case
from cases.models.party import Party


class AssetKind(models.TextChoices):
    """Kinds of property."""

    DEPOSIT = "deposit", "银行存款"
    REAL_ESTATE = "real_estate", "不动产"
    VEHICLE = "vehicle", "车辆"
    MOVABLE = "movable", "其他动产"
    EQUITY = "equity", "股权"
    SECURITIES = "securities", "证券"
    INSURANCE = "insurance", "保险"
    RECEIVABLE = "receivable", "到期债权"
    WAGES = "wages", "收入"
    OTHER = "other", "其他财产权"


class Lead(FSMModelMixin, models.Model):
    """One lead: what it says, who gave it, whether it is urgent, what checking it found."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="leads")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, verbose_name="提供人")
    asset_kind = models.CharField("财产类型", max_length=12, choices=AssetKind.choices)
    content = models.TextField("线索内容")
    urgent = models.BooleanField("情况紧急", default=False)
    submitted_on = models.DateField("收到日")
    state = FSMField("状态", default=LeadState.SUBMITTED, choices=LeadState.choices, protected=True)
    finding = models.TextField("核查情况", blank=True)
    verified_on = models.DateField("核查日", null=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, verbose_name="核查人"
    )
    void = models.BooleanField("已更正作废", default=False)

    confirm = moved_by(LEAD_MOVES, "confirm")
    reject = moved_by(LEAD_MOVES, "reject")
    give_up = moved_by(LEAD_MOVES, "give_up")
    reopen = moved_by(LEAD_MOVES, "reopen")

    class Meta:
        verbose_name = verbose_name_plural = "财产线索"
        ordering = ("id",)
        triggers = [pgtrigger.FSM(name="lead_moves", field="state", transitions=pairs(LEAD_MOVES))]

    def __str__(self) -> str:
        return f"{self.get_asset_kind_display()}线索 {self.pk}"
