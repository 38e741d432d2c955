"""Input checks shared by the verbs: forms shape what is typed, the verb is never without them."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import TextChoices

from enforcement.errors import Invalid

CENT = Decimal("0.01")
#: What the columns of amounts hold: sixteen digits before the point.
TOO_MUCH = Decimal(10) ** 16


def amount_in(amount: Decimal | int, field: str) -> Decimal:
    """Return an amount in yuan as it is kept, with two decimals.

    Raises:
        Invalid: ``amount.negative``, or ``amount.range`` for what is no number, too large, or
            finer than a cent.
    """
    amount = Decimal(amount)
    if not amount.is_finite() or abs(amount) >= TOO_MUCH or amount != amount.quantize(CENT):
        raise Invalid("amount.range", "金额应为数字，最多两位小数，且少于一亿亿元。", field=field)
    if amount < 0:
        raise Invalid("amount.negative", "金额不能为负数，请核对后重新填写。", field=field)
    return amount.quantize(CENT)


def chosen(value: str, choices: type[TextChoices], field: str, label: str) -> str:
    """Return a value that is one of the choices.

    Raises:
        Invalid: ``input.choice`` naming the field.
    """
    if value not in choices.values:
        raise Invalid("input.choice", f"请选择{label}，没有“{value}”这个选项。", field=field)
    return value
