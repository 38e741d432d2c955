"""Parties of a case (当事人): who asks, who owes, who speaks for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.case import Case
from enforcement.crypto import EncryptedTextField, mask_id, mask_phone


class PartyRole(models.TextChoices):
    """What a party is in the case."""

    APPLICANT = "applicant", "申请执行人"
    DEBTOR = "debtor", "被执行人"
    THIRD = "third", "第三人"
    COUNSEL = "counsel", "委托诉讼代理人"


class PartyKind(models.TextChoices):
    """What a party is in law."""

    NATURAL = "natural", "自然人"
    LEGAL = "legal", "法人"
    OTHER = "other", "非法人组织"


class Party(models.Model):
    """One party. Identity number and phone are sealed; the number is found by a blind index."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField("诉讼地位", max_length=12, choices=PartyRole.choices)
    kind = models.CharField("类型", max_length=8, choices=PartyKind.choices)
    name = models.CharField("姓名或名称", max_length=120)
    id_number = EncryptedTextField("证件号码", context="party.id_number", blank=True)
    id_blind = models.CharField(max_length=64, blank=True, db_index=True)
    phone = EncryptedTextField("联系电话", context="party.phone", blank=True)
    represents = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)

    class Meta:
        verbose_name = verbose_name_plural = "当事人"
        # Whole names, beginnings (see ``searching.begins``) and the order of their list in one.
        indexes = [models.Index(fields=["name", "-id"], name="party_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_id(self) -> str:
        """Return the identity number with its middle hidden."""
        return mask_id(self.id_number) if self.id_number else ""

    @property
    def masked_phone(self) -> str:
        """Return the phone number with its middle hidden."""
        return mask_phone(self.phone) if self.phone else ""
