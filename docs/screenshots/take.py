"""Take the pictures in this folder from a running demo.

    make demo                                             # in one terminal
    python docs/screenshots/take.py [http://127.0.0.1:8000]   # in another

Ten pages, each 1440 and 390 pixels wide, as the person who uses it sees it; a long page ends after
a whole row or box. Nothing is sent and nothing changes. Needs the development requirements and a
browser (``make browser``); date fields speak the browser's own language (on Debian, Chinese comes
with ``chromium-l10n``). The demo counts its cases back from today: dates differ from day to day.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = HERE.parents[1] / "tests" / "browser" / "chromium.py"
#: Width, height of the window, and the height at which a picture ends at the latest.
SIZES = ((1440, 900, 1240), (390, 844, 1240))
PASSWORD = "demo-2026-zhifa"  # noqa: S105 - the demo's own, shown on its sign-in page
QUERY_CODE = "CHAXUN88"

#: Where a picture ends: with the page, or after the last row or box that is wholly in it.
END = """most => {
  const page = document.documentElement.scrollHeight;
  if (page <= most) return page;
  const parts = "main section, main tr, main li, main p, main .card, main dl, main figure";
  const ends = [...document.querySelectorAll(parts)].map((part) =>
    [part.getBoundingClientRect().bottom, part.matches("section, .card") ? 12 : 1]);
  return Math.ceil(ends.map(([at, more]) => at + more).filter((at) => at < most)
    .reduce((one, other) => Math.max(one, other)));
}"""

#: How to get to a page once signed in; it ends where the picture is taken.
Way = Callable[[Page], Any]


def go(path: str) -> Way:
    """Return the way to an address."""
    return lambda page: page.goto(path)


def first(path: str, link: str) -> Way:
    """Return the way to a list and through its first link that matches a CSS selector."""

    def way(page: Page) -> None:
        page.goto(path)
        address = page.locator(link).first.get_attribute("href")
        page.goto(address or path)

    return way


def act(page: Page) -> None:
    """Go from the docket's first line to the form of its next act, and fill that in."""
    first("/docket/", "main .next a.btn")(page)
    form = page.locator("main form")
    for box in form.locator("select").all():
        box.select_option(index=1)
    for area in form.locator("textarea").all():
        area.fill("经向用人单位核实，被执行人在该单位任职，每月十日发放工资，线索属实。")


def assignment(page: Page) -> None:
    """Tick two waiting cases where there is room, so that the bar for several at once is seen."""
    page.goto("/assignment/")
    wide = page.viewport_size and page.viewport_size["width"] > 1000
    for box in page.locator("main tbody input.pick").all()[: 2 if wide else 0]:
        box.check()


def portal_case(page: Page) -> None:
    """Look up a case as an applicant does, with the number the sign-in page of the demo names."""
    page.goto("/portal/")
    page.fill("[name=number]", "（2026）陕1002执30号")
    page.fill("[name=code]", QUERY_CODE)
    page.click("main form button.btn-primary")
    page.wait_for_url("**/portal/cases/*/")


#: name → (who, the way there); nobody signs in for the portal.
PAGES: dict[str, tuple[str, Way]] = {
    "docket": ("faguan1", go("/docket/")),
    "case": ("faguan1", first("/docket/", "main tbody a.strong")),
    "act": ("faguan1", act),
    "assignment": ("juzhang", assignment),
    "flags": ("jiandu", go("/flags/")),
    "flag": ("jiandu", first("/flags/?stage=upheld", "main tbody td.strong a")),
    "dashboard": ("jiandu", go("/dashboard/")),
    "review": ("ducha", first("/reviews/?stage=concluded", "main tbody a.strong")),
    "report": ("ducha", first("/reports/?stage=issued", "main tbody a.strong")),
    "portal-case": ("", portal_case),
}


def sign_in(page: Page, who: str) -> None:
    """Sign in as one of the demo's people."""
    page.goto("/accounts/login/")
    page.fill("[name=login]", who)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.btn-primary")
    page.wait_for_url(lambda address: "/login/" not in address)


def take(page: Page, name: str, way: Way) -> None:
    """Save one page at each width."""
    for width, height, most in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        way(page)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
        page.wait_for_timeout(600)  # the charts draw themselves
        target = HERE / f"{name}-{width}.png"
        end = {"x": 0, "y": 0, "width": width, "height": page.evaluate(END, most)}
        page.screenshot(path=target, full_page=True, clip=end)
        print(f"{target.name:24} {target.stat().st_size // 1024:4} kB")


def main(base: str = "http://127.0.0.1:8000") -> None:
    """Take every picture."""
    program = str(runpy.run_path(str(CHROMIUM))["chromium"]())
    with sync_playwright() as driver:
        options = {"args": ["--no-sandbox", "--lang=zh-CN"], "env": {"LANGUAGE": "zh_CN"}}
        browser = driver.chromium.launch(executable_path=program, **options)
        for name, (who, way) in PAGES.items():
            context = browser.new_context(base_url=base, locale="zh-CN", reduced_motion="reduce")
            page = context.new_page()
            if who:
                sign_in(page, who)
            take(page, name, way)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:2])
