"""The cast, for every test of flags that asks for it."""

from __future__ import annotations

import pytest

from tests.people import People, cast


@pytest.fixture
def people(db: None) -> People:
    """Return the cast with their posts."""
    return cast()
