"""The whole path in a real browser: court people at a desk, the petitioner on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import chromium
from tests.journeys.story import Story
from tests.journeys.system import System
from tests.journeys.window import Window


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium."""
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=str(chromium()), args=["--no-sandbox"])
        yield found
        found.close()


def test_from_filing_to_the_order_in_a_browser(system: System, browser: Browser) -> None:
    """File, assign, receive, notice, lead, lapse, flag, petition, review, report, order."""
    Story(lambda phone: Window(system.address, browser, phone=phone)).whole()
