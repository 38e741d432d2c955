"""A refusal is a code, a status and a Chinese sentence, and it leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps

from enforcement.errors import Refused

#: Apps whose every row is compared before and after a refusal.
KEEPERS = ("cases", "deadlines", "accountability", "petitions")
#: Reference lists, and the log of who opened a case: a refused page was opened all the same.
LEFT_OUT = frozenset({"cause", "caseread"})


def every_row() -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of the case system: what must not change when something is refused."""
    rows = {}
    for label in KEEPERS:
        for model in apps.get_app_config(label).get_models():
            if model._meta.model_name not in LEFT_OUT:
                found = model._default_manager.order_by("pk").values_list()
                rows[model._meta.label] = [tuple(map(_plain, row)) for row in found]
    return rows


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@contextmanager
def refused(code: str, status: int = 409, field: str | None = None) -> Iterator[Any]:
    """Expect a refusal with this code and status, and not one row changed.

    Args:
        field: the input field that must be named, when one is wrong.
    """
    before = every_row()
    with pytest.raises(Refused) as caught:
        yield caught
    assert (caught.value.code, caught.value.status) == (code, status)
    assert field is None or caught.value.field == field
    assert caught.value.message.endswith(("。", "吗？")), caught.value.message
    assert every_row() == before
