"""Petitions (执行信访): what a person asks, who handles it, what was answered, when it was read."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin

from cases.fsm import moved_by
from cases.machine import pairs
from cases.models import Attachment, Case, Party
from enforcement.crypto import EncryptedTextField
from enforcement.models import Court
from petitions.machine import PETITION_MOVES, PetitionState


class PetitionKind(models.TextChoices):
    """What a petition complains about."""

    PASSIVE = "passive", "消极执行"
    WRONG = "wrong", "错误执行"
    ATTITUDE = "attitude", "作风问题"
    OTHER = "other", "其他"


class Channel(models.TextChoices):
    """How it came in."""

    ONLINE = "online", "网上提交"
    LETTER = "letter", "来信"
    VISIT = "visit", "来访"


class Outcome(models.TextChoices):
    """What the answer says; declining is an answer too (有信必复)."""

    FOUNDED = "founded", "属实"
    PARTLY = "partly", "部分属实"
    UNFOUNDED = "unfounded", "不属实"
    DECLINED = "declined", "不予受理，已告知法定途径"


class Delivery(models.TextChoices):
    """How the answer reaches the petitioner."""

    PORTAL = "portal", "网上查看"
    POST = "post", "邮寄送达"
    HANDED = "handed", "当面告知"


class Petition(FSMModelMixin, models.Model):
    """One petition about one case.

    ``court`` is the court that has to answer it (the case's own or one above); transfer changes
    it, the number stays. The petitioner is a party of the case, or a person named here.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="petitions")
    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="petitions")
    number = models.CharField("编号", max_length=40, unique=True)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, related_name="petitions", verbose_name="信访人"
    )
    petitioner = models.CharField("信访人姓名", max_length=120, blank=True)
    contact = EncryptedTextField("联系方式", context="petition.contact", blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="录入人",
    )
    channel = models.CharField("来源", max_length=8, choices=Channel.choices)
    kind = models.CharField("反映类型", max_length=8, choices=PetitionKind.choices)
    text = models.TextField("反映内容")
    filed_on = models.DateField("收到日")
    state = FSMField(
        "状态", default=PetitionState.FILED, choices=PetitionState.choices, protected=True
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="petitions_held",
        verbose_name="办理人",
    )
    registered_on = models.DateField("登记日", null=True)
    transfer_reason = models.TextField("转送理由", blank=True)
    outcome = models.CharField("办理结果", max_length=10, choices=Outcome.choices, blank=True)
    answer = models.TextField("答复内容", blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_on = models.DateField("答复日", null=True)
    delivery = models.CharField("送达方式", max_length=8, choices=Delivery.choices, blank=True)
    read_on = models.DateField("阅读日", null=True)
    closed_on = models.DateField("办结日", null=True)

    register = moved_by(PETITION_MOVES, "register")
    transfer = moved_by(PETITION_MOVES, "transfer")
    answer_it = moved_by(PETITION_MOVES, "answer_it")
    close = moved_by(PETITION_MOVES, "close")

    class Meta:
        verbose_name = verbose_name_plural = "执行信访"
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["court", "state", "-id"], name="petition_court"),
            models.Index(fields=["handler", "state", "-id"], name="petition_handler"),
        ]
        constraints = [
            models.CheckConstraint(
                name="petition_somebody", condition=Q(party__isnull=False) | ~Q(petitioner="")
            ),
            models.CheckConstraint(
                name="petition_answered",
                condition=~Q(state__in=[PetitionState.ANSWERED, PetitionState.CLOSED])
                | (
                    Q(answer__regex=r"\S", answered_on__isnull=False, delivery__gt="")
                    & (~Q(delivery=Delivery.PORTAL) | Q(party__isnull=False))
                ),
            ),
            models.CheckConstraint(
                name="petition_closed",
                condition=Q(state=PetitionState.CLOSED, closed_on__isnull=False)
                | (~Q(state=PetitionState.CLOSED) & Q(closed_on__isnull=True)),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="petition_moves", field="state", transitions=pairs(PETITION_MOVES)),
            pgtrigger.Protect(name="petition_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def petitioner_name(self) -> str:
        """Return the petitioner's name: the party's, else the one written down."""
        return self.party.name if self.party else self.petitioner

    @property
    def answered(self) -> bool:
        """Tell whether there is an answer the petitioner may read."""
        return self.state in {PetitionState.ANSWERED, PetitionState.CLOSED}


class PetitionAttachment(models.Model):
    """A file that belongs to a petition; from then on only the petition's readers open it."""

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="attachments")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="petition")

    class Meta:
        verbose_name = verbose_name_plural = "信访附件"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.petition_id} {self.attachment_id}"
