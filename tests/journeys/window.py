"""A person with a real browser: types, chooses, ticks and clicks what is on the page.

The same answers as the scriptless visitor, so that one story is walked by both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Locator, Response

from tests.journeys.visitor import LEAVING, Page, Visitor

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class Window(Visitor):
    """One person's window, with cookies of its own."""

    def __init__(self, address: str, browser: Browser, *, phone: bool) -> None:
        self.address = address
        self.errors: list[str] = []
        context = browser.new_context(
            viewport=PHONE if phone else DESK, is_mobile=phone, has_touch=phone, locale="zh-CN"
        )
        self.tab = context.new_page()
        self.tab.set_default_timeout(30_000)
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.on("request", self._stays_here)

    def _stays_here(self, request: Any) -> None:
        """Note a request to another host: pages load nothing from outside."""
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.errors.append(f"leaves the system: {request.url}")

    def get(self, path: str) -> Page:
        """Open an address, by the link on the page where there is one."""
        link = self.tab.locator(f'a[href="{path}"]:visible')
        if link.count():
            return self._arrive(lambda: link.first.click())
        return self._arrive(lambda: self.tab.goto(self._url(path)))

    def submit(
        self,
        page: Page,
        values: dict[str, Any],
        *,
        files: dict[str, tuple[str, bytes]] | None = None,
        button: str = "",
    ) -> Page:
        """Fill in the form that has these fields and press its button."""
        shown = page.form(*values)
        form = self._form(*values)
        for name, value in values.items():
            self._fill(form, name, value, shown.choices.get(name, {}))
        for name, (filename, content) in (files or {}).items():
            form.locator(f'input[type=file][name="{name}"]').set_input_files(
                {"name": filename, "mimeType": "text/plain", "buffer": content}
            )
        buttons = form.locator("button:not([type=button])")
        return self._arrive(lambda: self._press(buttons.filter(has_text=button).last))

    def download(self, path: str) -> bytes:
        """Fetch a file with the window's own cookies."""
        answer = self.tab.request.get(self._url(path))
        assert answer.status == 200, f"{answer.status} {path}"
        return answer.body()

    def _form(self, *names: str) -> Locator:
        """Return the form on the page that has all these fields."""
        forms = self.tab.locator(
            "form[method=post]" + "".join(f":not([action*={w}])" for w in LEAVING)
        )
        for name in names:
            forms = forms.filter(has=self.tab.locator(f'[name="{name}"]'))
        return forms.first

    def _fill(self, form: Locator, name: str, value: Any, choices: dict[str, str]) -> None:
        field = form.locator(f'[name="{name}"]')
        tag = field.first.evaluate("e => e.tagName + ':' + e.type")
        if tag.startswith("SELECT"):
            field.select_option(value=self._option(choices, name, str(value)))
        elif tag.endswith((":radio", ":checkbox")):
            wanted = value if isinstance(value, list) else [value]
            for one in wanted:
                key = "on" if one is True else self._option(choices, name, str(one))
                form.locator(f'[name="{name}"][value="{key}"]').check()
        else:
            field.fill(str(value))

    @staticmethod
    def _option(choices: dict[str, str], name: str, value: str) -> str:
        if value in choices:
            return value
        found = [key for key, words in choices.items() if value in words]
        assert found, f"{name}: no option {value!r} among {choices}"
        return found[0]

    def _press(self, button: Locator) -> None:
        """Press a button, and answer the question asked before what cannot be undone."""
        button.click()
        ask = self.tab.locator("dialog.ask[open]")
        if ask.count():
            ask.locator("button").filter(has_not_text="返回").filter(has_not_text="取消").click()

    def _arrive(self, go: Callable[[], Any]) -> Page:
        """Do what leads to another page, and return that page."""
        answers: list[Response] = []
        main = self.tab.main_frame

        def note(answer: Response) -> None:
            if answer.request.is_navigation_request() and answer.frame == main:
                answers.append(answer)

        self.tab.on("response", note)
        try:
            with self.tab.expect_navigation(wait_until="load"):
                go()
        finally:
            self.tab.remove_listener("response", note)
        assert not self.errors, self.errors
        answer = answers[-1]
        return Page(answer.status, self.tab.url, self.tab.content().encode(), "text/html")
