"""Papers as JSON text and back, so that an issued paper is kept and can be rendered again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

from enforcement.papers import model

_TYPES = {
    kind.__name__: kind
    for kind in vars(model).values()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind)
}


def dumps(paper: model.Paper) -> str:
    """Return the paper as JSON with sorted keys: the same paper gives the same text."""
    return json.dumps(_plain(paper), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def loads(text: str) -> model.Paper:
    """Return the paper kept in a JSON text.

    Raises:
        ValueError: the text does not hold a paper.
    """
    paper = _rich(json.loads(text))
    if not isinstance(paper, model.Paper):
        raise ValueError("the text does not hold a paper")
    return paper


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"_": type(value).__name__} | {k: v for k, v in fields.items() if v is not None}
    if isinstance(value, dt.date):
        return {"_": "date", "day": value.isoformat()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _rich(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_rich(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind = value.pop("_", "")
    if kind == "date":
        return dt.date.fromisoformat(value["day"])
    if kind not in _TYPES:
        raise ValueError(f"unknown piece of a paper: {kind!r}")
    return _TYPES[kind](**{k: _rich(v) for k, v in value.items()})
