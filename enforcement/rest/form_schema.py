"""JSON Schema of a Django form: what the body of a verb may hold, from the form that reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import models

#: Rows offered by name in the schema of one target; longer lists are looked up elsewhere.
MOST_OFFERED = 200
MONEY = r"^-?[0-9]{1,16}(\.[0-9]{1,2})?$"

Schema = dict[str, Any]


def schema_of(form: forms.BaseForm, *, fitted: bool = False) -> Schema:
    """Return the schema of the JSON body a form reads.

    Args:
        fitted: the form knows its target, so choices that depend on it are listed.
    """
    properties = {name: _property(field, fitted) for name, field in form.fields.items()}
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [name for name, field in form.fields.items() if is_required(field)]
    if required:
        found["required"] = required
    return found


def default_of(field: forms.Field) -> Any:
    """Return what holds when a field is left out, None for nothing."""
    return None if callable(field.initial) else field.initial


def is_required(field: forms.Field) -> bool:
    """Tell whether a body must hold the field: needed, and nothing stands in for it."""
    return field.required and default_of(field) is None


def _property(field: forms.Field, fitted: bool) -> Schema:
    found = _typed(field, fitted)
    if not is_required(field) and not isinstance(field, forms.BooleanField):
        found["type"] = [*_as_list(found["type"]), "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    if field.label:
        found["title"] = str(field.label)
    said = "；".join(filter(None, [str(field.help_text), found.pop("description", "")]))
    if said:
        found["description"] = said
    if (default := default_of(field)) is not None:
        found["default"] = default
    return found


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _typed(field: forms.Field, fitted: bool) -> Schema:
    """Return type and limits of a field, the closest class first."""
    match field:
        case forms.BooleanField():
            return {"type": "boolean", "default": False}
        case forms.ModelMultipleChoiceField():
            return {"type": "array", "items": _row(field, fitted), "uniqueItems": True}
        case forms.ModelChoiceField():
            return _row(field, fitted)
        case forms.MultipleChoiceField():
            return {"type": "array", "items": _choice(field), "uniqueItems": True}
        case forms.ChoiceField():
            return _choice(field)
        case forms.DateField():
            return {"type": "string", "format": "date", "examples": ["2026-11-23"]}
        case forms.DecimalField():
            return {"type": ["string", "number"], "pattern": MONEY, "examples": ["12345.67"]}
        case forms.IntegerField():
            return _whole(field)
        case forms.FileField():
            return {"type": "string", "contentMediaType": "application/octet-stream"}
    return _text(field)


def _whole(field: forms.IntegerField) -> Schema:
    limits = {"minimum": field.min_value, "maximum": field.max_value}
    return {"type": "integer", **{k: v for k, v in limits.items() if v is not None}}


def _text(field: forms.Field) -> Schema:
    found: Schema = {"type": "string"}
    if getattr(field, "max_length", None):
        found["maxLength"] = field.max_length  # type: ignore[attr-defined]
    if field.required:
        found |= {"minLength": 1, "pattern": r"\S"}
    return found


def _choice(field: forms.ChoiceField) -> Schema:
    """Return the values a choice may take, with their words; none are known before it is fitted."""
    offered = [(value, str(label)) for value, label in _flat(field.choices) if value != ""]
    number = getattr(field, "coerce", None) is int
    found: Schema = {"type": "integer" if number else "string"}
    if offered:
        found["enum"] = [int(value) if number else str(value) for value, _ in offered]
        found["description"] = said(offered)
    elif not number:
        found["minLength"] = 1
    return found


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    """Yield (value, label), groups opened."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield value, label


def said(offered: Iterable[tuple[Any, str]]) -> str:
    """Return values with their words: ``true 属实，false 不属实``."""
    return "，".join(f"{value} {label}" for value, label in offered)


def key_types(field: forms.ModelChoiceField) -> list[str]:
    """Return the JSON types of the key by which a row is picked.

    A field whose rows depend on the target does not say what they are before it is fitted.
    """
    queryset = field.queryset
    if queryset is None or queryset.query.is_empty():
        return ["integer", "string"]
    whole = isinstance(queryset.model._meta.pk, models.IntegerField)
    return ["integer"] if whole else ["string"]


def _row(field: forms.ModelChoiceField, fitted: bool) -> Schema:
    kinds = key_types(field)
    found: Schema = {"type": kinds[0] if len(kinds) == 1 else kinds}
    if fitted and field.queryset is not None:
        rows = list(field.queryset[: MOST_OFFERED + 1])
        if len(rows) <= MOST_OFFERED:
            found["enum"] = [row.pk for row in rows]
            found["description"] = said((r.pk, field.label_from_instance(r)) for r in rows)
    return found


# -- examples ------------------------------------------------------------------------------------

_SAMPLES = {"string": "……", "integer": 1, "number": "12345.67", "boolean": True, "object": {}}


def example_of(schema: Schema) -> dict[str, Any]:
    """Return a body that holds what is required, and the day."""
    wanted = {*schema.get("required", []), "on"}
    return {name: sample(inner) for name, inner in schema["properties"].items() if name in wanted}


def sample(schema: Schema) -> Any:
    """Return one value that fits a property."""
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "default" in schema:
        return schema["default"]
    kind = _as_list(schema["type"])[0]
    if kind == "array":
        return [sample(schema["items"])]
    return _SAMPLES[kind]
