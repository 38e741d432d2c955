"""Entries in the dishonest list (失信被执行人名单): decided, then entered and published."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django_fsm import FSMField, FSMModelMixin

from cases.fsm import moved_by
from cases.machine import LISTING_MOVES, ListingState, pairs
from cases.models.case import Case
from cases.models.party import Party


class ListingGround(models.TextChoices):
    """The six grounds: 法释〔2013〕17号（经法释〔2017〕7号修正）第1条."""

    REFUSES = "refuses", "有履行能力而拒不履行"
    OBSTRUCTS = "obstructs", "以伪造证据、暴力、威胁等方法妨碍、抗拒执行"
    EVADES = "evades", "以虚假诉讼、隐匿、转移财产等方法规避执行"
    REPORT = "report", "违反财产报告制度"
    SPENDING = "spending", "违反限制消费令"
    SETTLEMENT = "settlement", "无正当理由拒不履行执行和解协议"


class Listing(FSMModelMixin, models.Model):
    """One decision to list a debtor, and its entry and publication."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="listings")
    debtor = models.ForeignKey(Party, on_delete=models.PROTECT, verbose_name="被执行人")
    ground = models.CharField("情形", max_length=12, choices=ListingGround.choices)
    decided_on = models.DateField("决定日")
    published_on = models.DateField("公布日", null=True)
    state = FSMField(
        "状态", default=ListingState.DECIDED, choices=ListingState.choices, protected=True
    )
    void = models.BooleanField("已更正作废", default=False)

    publish = moved_by(LISTING_MOVES, "publish")
    take_back = moved_by(LISTING_MOVES, "take_back")

    class Meta:
        verbose_name = verbose_name_plural = "失信名单"
        ordering = ("id",)
        triggers = [
            pgtrigger.FSM(name="listing_moves", field="state", transitions=pairs(LISTING_MOVES))
        ]

    def __str__(self) -> str:
        return f"失信 {self.debtor_id} {self.decided_on}"
