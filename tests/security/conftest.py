"""The cast in a court of their own, on the fixed day of the pages' tests."""

from __future__ import annotations

from tests.pages.conftest import browser, clock, people

__all__ = ["browser", "clock", "people"]
