"""A JSON (or multipart) body read through the Django form that the page uses too.

Types are checked before the form sees the values: a form reads text from a browser and would
take ``"nonsense"`` for a ticked box. What is missing, too long or not offered, the form says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from enforcement.rest.form_schema import default_of, key_types
from enforcement.rest.problems import Wrong, WrongInput
from enforcement.rest.reading import DAY

#: Powers of ten between which every number of ours lies. Others are mistakes, not values;
#: written out, 1e-999999 or 1e999999 would fill the memory.
LEAST, MOST = -9, 18
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,10})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
_TICKED = {"true": True, "false": False}


class _Mistake(Exception):
    """A value of the wrong type."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class Read:
    """A form filled from a body, with the mistakes of type it never saw."""

    def __init__(
        self, form: forms.BaseForm, body: Mapping[str, Any], *, typed: bool = True
    ) -> None:
        """Give a bound form the values of a body.

        Args:
            form: bound to an empty dictionary.
            body: names to values; files come with the form.
            typed: JSON knows numbers and truth; multipart has texts only.
        """
        self.form, self.mistakes = form, list[Wrong]()
        defaults = {name: default_of(field) for name, field in form.fields.items()}
        plain: dict[str, Any] = {k: v for k, v in defaults.items() if v is not None}
        for name, value in body.items():
            if name not in form.fields:
                self._note(name[:60], "input.unknown", "没有这个字段，请核对名称。")
            elif value is not None:
                try:
                    plain[name] = _plain(form.fields[name], value, typed)
                except _Mistake as wrong:
                    self._note(name, wrong.code, wrong.detail)
        form.data = plain

    def _note(self, field: str, code: str, detail: str) -> None:
        self.mistakes.append(Wrong(field, code, detail))

    def wrong(self, prefix: str = "") -> list[Wrong]:
        """Return everything that is wrong, each field once.

        Args:
            prefix: path of the object inside the body, with its last dot.
        """
        self.form.is_valid()
        found = {wrong.field: wrong for wrong in self.mistakes}
        for wrong in errors_of(self.form):
            found.setdefault(wrong.field, wrong)
        return [Wrong(prefix + wrong.field, wrong.code, wrong.detail) for wrong in found.values()]

    def check(self) -> None:
        """Refuse a body that is not in order.

        Raises:
            WrongInput: with everything that is wrong.
        """
        if found := self.wrong():
            raise WrongInput(found)


def errors_of(form: forms.BaseForm) -> Iterable[Wrong]:
    """Yield what a form says is wrong, one mistake a field."""
    for name, errors in form.errors.as_data().items():
        field = "" if name == "__all__" else name
        words = "；".join(text for error in errors for text in error.messages)
        yield Wrong(field, f"input.{errors[0].code or 'invalid'}", words)


def _plain(field: forms.Field, value: Any, typed: bool) -> Any:
    """Return the value as the form reads it.

    Raises:
        _Mistake: another type than the schema says.
    """
    match field:
        case forms.BooleanField():
            return _truth(value, typed)
        case forms.ModelMultipleChoiceField():
            return [_key(field, item, typed) for item in _listed(value)]
        case forms.ModelChoiceField():
            return _key(field, value, typed)
        case forms.MultipleChoiceField():
            number = getattr(field, "coerce", None) is int
            return [str(_whole(v, typed)) if number else _chosen(v) for v in _listed(value)]
        case forms.ChoiceField():
            return _chosen(value)
        case forms.DateField():
            return _day(value)
        case forms.DecimalField():
            return _amount(value)
        case forms.IntegerField():
            return str(_whole(value, typed))
        case forms.FileField():
            raise _Mistake("input.file", "文件请以 multipart/form-data 提交。")
    return _text(value)


def _truth(value: Any, typed: bool) -> bool:
    found = value if typed else _TICKED.get(str(value))
    if isinstance(found, bool):
        return found
    raise _Mistake("input.boolean", "请填写 true 或 false。")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise _Mistake("input.string", "请填写文字（JSON 字符串）。")


def _chosen(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise _Mistake("input.invalid_choice", "没有这个选项。")


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise _Mistake("input.array", "请填写列表（JSON 数组）。")


def _day(value: Any) -> str:
    if isinstance(value, str) and DAY.fullmatch(value):
        return value
    raise _Mistake("input.date", "请按 2026-11-22 的格式填写日期。")


def _amount(value: Any) -> str:
    """Return a number as text; exact, for a JSON number was never made a float."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        exact = Decimal(value)
        if exact and not LEAST <= exact.adjusted() < MOST:
            raise _Mistake("input.number", "数字过大或者过小，请核对。")
        return f"{exact:f}"
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return value
    raise _Mistake("input.number", "请填写数字，例如 12345.67。")


def _whole(value: Any, typed: bool) -> int:
    if not typed and isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    small = isinstance(value, Decimal) and value.is_finite() and value.adjusted() < MOST
    if small and not value % 1:
        return int(value)  # JSON writes 3 and 3.0 for the same whole number
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MOST:
        return value
    raise _Mistake("input.integer", "请填写整数。")


def _key(field: forms.ModelChoiceField, value: Any, typed: bool) -> Any:
    """Return the key of a row."""
    kinds = key_types(field)
    if "string" in kinds and isinstance(value, str) and value:
        return value
    if "integer" in kinds:
        return _whole(value, typed)
    raise _Mistake("input.invalid_choice", "没有这个选项。")
