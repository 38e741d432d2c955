"""Pages in a real browser under the content security policy: everything ours runs, nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from enforcement.models import User
from tests.browser.chromium import chromium
from tests.builders import CaseBuilder, a_case, enforcing
from tests.people import People, cast

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
#: Keeps what the browser refuses by the policy, from the first moment of each page.
WATCH = """window.refusedByPolicy = [];
document.addEventListener('securitypolicyviolation',
  (e) => window.refusedByPolicy.push(e.effectiveDirective + ' ' + (e.blockedURI || e.sample)));"""

Window = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium; its driver's loop must not keep Django from the database."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=str(chromium()), args=["--no-sandbox"])
        yield found
        found.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def people(transactional_db: None) -> Iterator[People]:
    """Return the cast on the day of the tests."""
    with time_machine.travel(NOW):
        yield cast()


@pytest.fixture
def window(browser: Browser, live_server: Any, people: People) -> Iterator[Window]:
    """Return what opens an address as somebody, with the browser's refusals kept."""
    contexts: dict[int, BrowserContext] = {}

    def context_of(user: User | None) -> BrowserContext:
        context = browser.new_context(base_url=live_server.url, locale="zh-CN")
        context.add_init_script(WATCH)
        if user is not None:
            client = Client()
            client.force_login(user)
            kept = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": kept, "url": live_server.url}
            context.add_cookies([cookie])  # type: ignore[list-item]
        return context

    def opened(path: str, user: User | None = None) -> Page:
        key = user.pk if user else 0
        if key not in contexts:
            contexts[key] = context_of(user)
        page = contexts[key].new_page()
        page.set_default_timeout(10_000)
        page.goto(path)
        return page

    yield opened
    for context in contexts.values():
        context.close()


def refusals(page: Page) -> list[str]:
    """Return what the browser refused on this page, after it has settled."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
    assert page.evaluate("document.documentElement.classList.contains('js')"), "no script ran"
    found: list[str] = page.evaluate("window.refusedByPolicy")
    return found


def a_late_case(people: People) -> CaseBuilder:
    """Return a case with a notice, a lead and a flag."""
    built = enforcing(people).with_lead("11-06")
    built.swept("11-10")
    built.noticed("11-16").rebuilt("11-16")
    return built


def test_no_page_is_refused_anything_by_the_policy(people: People, window: Window) -> None:
    case = a_late_case(people).case
    flag = case.flags.get(rule="send_enforcement_notice")
    pages: dict[str, User | None] = {
        "/docket/": people.lin,
        f"/cases/{case.pk}/": people.lin,
        f"/cases/{case.pk}/?tab=papers": people.lin,
        f"/flags/{flag.pk}/": people.qin,
        "/assignment/": people.qin,
        "/calculator/?start=2026-11-02&n=3&unit=days": people.lin,
        "/petitions/": people.xu,
        "/api/v1/docs/": people.lin,
        "/cases/999999999/": people.lin,
        "/accounts/login/": None,
        "/portal/": None,
    }
    assert {path: refusals(window(path, user)) for path, user in pages.items()} == {
        path: [] for path in pages
    }


def test_charts_are_drawn_under_the_policy(people: People, window: Window) -> None:
    a_late_case(people)
    page = window(f"/dashboard/{people.courts['陕10'].key}/", people.he)
    page.wait_for_selector("figure.chart canvas")
    page.locator("[data-chart-switch]").first.click()
    page.locator("[data-toggle-theme]").first.dispatch_event("click")
    assert refusals(page) == []


def test_the_question_before_an_act_is_asked_under_the_policy(
    people: People, window: Window
) -> None:
    case = enforcing(people).noticed("11-05").case
    page = window(f"/cases/{case.pk}/close_case/", people.lin)
    page.locator("form.court-form button.btn-primary, form.court-form button.btn-danger").click()
    page.wait_for_selector("dialog.ask[open]")
    assert refusals(page) == []


def test_tabs_are_changed_in_place_under_the_policy(people: People, window: Window) -> None:
    case = a_late_case(people).case
    page = window(f"/cases/{case.pk}/", people.lin)
    page.evaluate("window.stayed = true")
    page.locator("#case-tabs a[href='?tab=leads']").click()
    page.wait_for_url("**tab=leads**")
    assert page.evaluate("window.stayed") is True
    assert refusals(page) == []


def test_a_party_looks_a_case_up_under_the_policy(people: People, window: Window) -> None:
    built = a_case(people).filed("11-02")
    page = window("/portal/")
    page.fill("[name=number]", built.case.number)
    page.fill("[name=code]", built.query_code)
    page.locator("main form button").first.click()
    page.wait_for_url("**/portal/cases/**")
    assert refusals(page) == []


def test_what_is_smuggled_into_a_page_does_not_run(people: People, window: Window) -> None:
    """The control of the tests above: a script and a style that are not ours are refused."""
    page = window("/accounts/login/")
    page.evaluate(
        """() => {
        const inline = document.createElement('script');
        inline.textContent = 'window.ran = 1';
        const file = document.createElement('script');
        file.src = '/static/app.js?smuggled';
        const sheet = document.createElement('style');
        sheet.textContent = 'body{display:none}';
        const button = document.createElement('div');
        button.innerHTML = '<p style="color:red" onclick="window.ran = 2">x</p>';
        document.body.append(inline, file, sheet, button);
        button.firstChild.click();
    }"""
    )
    refused = {line.split()[0] for line in refusals(page)}
    assert refused == {"script-src-elem", "script-src-attr", "style-src-elem", "style-src-attr"}
    assert page.evaluate("window.ran") is None
