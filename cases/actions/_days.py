"""Day checks shared by the verbs: nothing is dated before what it answers."""

from __future__ import annotations

from datetime import date

from enforcement.errors import Invalid


def not_before(on: date, earliest: date | None, what: str, *, field: str = "on") -> None:
    """Refuse a day before the thing it answers.

    Raises:
        Invalid: ``date.before`` naming both days.
    """
    if earliest is not None and on < earliest:
        raise Invalid(
            "date.before", f"日期 {on} 早于{what}（{earliest}），请核对后重新填写。", field=field
        )


def required(value: str, field: str, label: str) -> str:
    """Return the trimmed text, or refuse when it is empty.

    Raises:
        Invalid: ``input.required`` naming the field.
    """
    text = (value or "").strip()
    if not text:
        raise Invalid("input.required", f"请填写{label}。", field=field)
    return text
