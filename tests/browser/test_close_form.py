"""结案 in a real browser: the fields of the chosen method alone are shown, without any script."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from cases.actions.closing import FIELDS
from cases.models.case import ClosingMethod
from tests.browser.test_content_policy import browser, people
from tests.builders import enforcing
from tests.people import People

__all__ = ["browser", "people"]


@pytest.fixture
def form(browser: Browser, live_server: Any, people: People) -> Any:
    """Open the form in a browser that runs no script."""
    case = enforcing(people).noticed("11-05").case
    client = Client()
    client.force_login(people.lin)
    kept = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": kept, "url": live_server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"/cases/{case.pk}/close_case/", wait_until="load")
    yield page
    context.close()


def shown(page: Page) -> set[str]:
    """Return which of the fields that belong to some methods only can be seen."""
    return {name for name in FIELDS if page.locator(f"[name={name}]").is_visible()}


def test_the_fields_follow_the_method(form: Page) -> None:
    assert shown(form) == set()  # nothing is chosen yet
    for method in ClosingMethod:
        form.locator("#id_method").select_option(method.value)
        assert shown(form) == {name for name, methods in FIELDS.items() if method in methods}
        assert form.locator("#id_document").is_visible()


def test_a_field_with_a_mistake_is_shown_whatever_is_chosen(form: Page) -> None:
    form.locator("#id_method").select_option("performed")
    form.locator("#id_paid").fill("-5")
    form.locator("#id_method").select_option("cancelled")
    form.locator("form.court-form button.btn-danger").click()
    form.wait_for_load_state("load")  # with its styles
    assert form.locator("#id_paid").input_value() == "-5"
    assert shown(form) == {"paid", "ground"}
