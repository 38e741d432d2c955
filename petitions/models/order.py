"""Supervision orders (督办函) to a lower court, and what that court replies."""

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
from petitions.machine import ORDER_MOVES, OrderState
from petitions.models.petition import Petition
from petitions.models.report import Report


class Order(FSMModelMixin, models.Model):
    """One order from a court strictly above, about one case: 法发〔2006〕11号.

    ``demands`` holds one demand a line; ``due`` is the last day of the written reply.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="orders")
    court = models.ForeignKey(
        Court, on_delete=models.PROTECT, related_name="orders_sent", verbose_name="督办法院"
    )
    to_court = models.ForeignKey(
        Court, on_delete=models.PROTECT, related_name="orders_received", verbose_name="承办法院"
    )
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="orders")
    petition = models.ForeignKey(
        Petition, on_delete=models.PROTECT, null=True, related_name="orders"
    )
    state = FSMField("状态", default=OrderState.ISSUED, choices=OrderState.choices, protected=True)
    number = models.CharField("文号", max_length=60, unique=True)
    title = models.CharField("标题", max_length=200)
    facts = models.TextField("督办事由")
    demands = models.TextField("督办要求")
    contact = models.CharField("联系人及电话", max_length=80, blank=True)
    reply_days = models.PositiveSmallIntegerField("回报期限（日）")
    due = models.DateField("回报届满日")
    content = models.TextField("内容")
    sha256 = models.CharField("校验码", max_length=64)
    issued_on = models.DateField("印发日")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="签发人"
    )

    reply_to = moved_by(ORDER_MOVES, "reply_to")
    accept = moved_by(ORDER_MOVES, "accept")
    send_back = moved_by(ORDER_MOVES, "send_back")

    class Meta:
        verbose_name = verbose_name_plural = "督办函"
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["to_court", "state", "-id"], name="order_to_court"),
            models.Index(fields=["court", "state", "-id"], name="order_court"),
        ]
        constraints = [
            models.CheckConstraint(name="order_days", condition=Q(reply_days__gt=0)),
        ]
        triggers = [
            pgtrigger.FSM(name="order_moves", field="state", transitions=pairs(ORDER_MOVES)),
            pgtrigger.Protect(name="order_kept", operation=pgtrigger.Delete),
            triggers.kept_as_issued("order_unaltered", ("state",)),
            triggers.strictly_above("order_above"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderReply(models.Model):
    """One written reply (书面回报) of the lower court, and how the court above took it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="replies")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    text = models.TextField("回报内容")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("回报日")
    returned_on = models.DateField("退回日", null=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    return_reason = models.TextField("退回理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "督办回报"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"回报 {self.order_id}"
