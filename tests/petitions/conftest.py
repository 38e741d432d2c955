"""One supervised case with its people, for every test of petitions that asks for it."""

from __future__ import annotations

import pytest

from tests.people import People, cast
from tests.petitions.steps import Supervised


@pytest.fixture
def people(db: None) -> People:
    """Return the cast with their posts."""
    return cast()


@pytest.fixture
def under(people: People) -> Supervised:
    """Return a late case and the people of the court above it."""
    return Supervised.case_of(people)
