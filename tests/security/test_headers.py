"""What every answer tells the browser, and what no address can make the site do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.test import Client, override_settings

from enforcement.models import User
from tests.builders import enforcing
from tests.people import People

Browser = Callable[[User | None], Client]
PAGE = "/accounts/login/"
NOTICE = {"on": "2026-11-06", "report_days": "15"}


class TestContentPolicy:
    def test_a_page_runs_the_scripts_of_its_own_nonce_alone(self, people: People) -> None:
        answer = Client().get(PAGE)
        policy = answer["Content-Security-Policy"]
        (nonce,) = re.findall(r"script-src 'nonce-([\w-]{20,})';", policy)
        scripts = re.findall(r"<script[^>]*>", answer.content.decode())
        assert len(scripts) >= 3
        assert all(f'nonce="{nonce}"' in script for script in scripts)
        assert "unsafe" not in policy
        assert "*" not in policy

    def test_no_two_answers_have_the_same_nonce(self, people: People) -> None:
        first, second = (Client().get(PAGE)["Content-Security-Policy"] for _ in range(2))
        assert first != second

    def test_a_page_is_never_framed_and_sends_forms_home_only(self, people: People) -> None:
        answer = Client().get(PAGE)
        for rule in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"):
            assert rule in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"

    @pytest.mark.parametrize("path", ["/api/v1/", "/health/live", "/api/v1/schema/"])
    def test_data_runs_and_loads_nothing(self, people: People, path: str) -> None:
        policy = Client().get(path)["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; form-action 'none'")
        assert "nonce" not in policy

    def test_an_error_page_is_guarded_like_any_other(self, people: People) -> None:
        def broken(request: HttpRequest) -> Any:
            raise RuntimeError("陈某 610102199001011234")

        from enforcement import urls

        client = Client(raise_request_exception=False)
        with pytest.MonkeyPatch.context() as patch:
            login = next(p for p in urls.urlpatterns if getattr(p, "name", "") == "health_live")
            patch.setattr(login, "callback", broken)
            answer = client.get("/health/live")
        assert answer.status_code == 500
        assert "script-src 'nonce-" in answer["Content-Security-Policy"]
        assert "陈某" not in answer.content.decode()
        assert "RuntimeError" not in answer.content.decode()

    def test_no_template_has_script_or_style_inside_it(self) -> None:
        from django.conf import settings

        wrong = re.compile(r"<style|\sstyle=|\son\w+=\"|javascript:|<script(?![^>]*\ssrc=)[^>]*>")
        found = [
            f"{file.name}: {line.strip()[:80]}"
            for file in (settings.BASE_DIR / "templates").rglob("*.html")
            for line in file.read_text(encoding="utf-8").splitlines()
            if wrong.search(re.sub(r"{#.*?#}", "", line)) and "application/json" not in line
        ]
        assert found == []


class TestOtherHeaders:
    def test_nothing_is_told_to_other_sites_and_no_power_is_asked_for(self, people: People) -> None:
        answer = Client().get(PAGE)
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["X-Content-Type-Options"] == "nosniff"
        for power in ("camera", "microphone", "geolocation", "payment"):
            assert f"{power}=()" in answer["Permissions-Policy"]

    def test_https_is_remembered_for_a_year_and_only_where_it_is(self, people: People) -> None:
        plain = Client().get(PAGE)
        assert "Strict-Transport-Security" not in plain
        with override_settings(SECURE_HSTS_SECONDS=31_536_000, SECURE_SSL_REDIRECT=True):
            assert Client().get(PAGE).status_code == 301
            secure = Client().get(PAGE, secure=True)
        assert "max-age=31536000" in secure["Strict-Transport-Security"]

    def test_cookies_stay_on_this_site_and_out_of_scripts(self, people: People) -> None:
        people.lin.set_password("zhengquemima-2026")
        people.lin.save()
        csrf = Client().get(PAGE).cookies["csrftoken"]
        entered = Client().post(PAGE, {"login": "lin", "password": "zhengquemima-2026"})
        session = entered.cookies["sessionid"]
        assert session["samesite"] == csrf["samesite"] == "Lax"
        assert session["httponly"]

    @pytest.mark.parametrize(
        "path",
        ["/docket/", "/cases/{pk}/", "/cases/", "/cases/0/", "/search/", "/flags/", "/nowhere/"],
    )
    def test_the_page_of_a_person_is_kept_neither_by_the_browser_nor_on_the_way(
        self, people: People, browser: Browser, path: str
    ) -> None:
        answer = browser(people.lin).get(path.format(pk=enforcing(people).case.pk))
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
        assert "Cookie" in answer["Vary"]

    def test_what_a_form_answers_and_where_it_leads_is_not_kept_either(
        self, people: People, browser: Browser
    ) -> None:
        case = enforcing(people).case
        sent = {"version": case.version, **NOTICE}
        wrong, done = (
            browser(people.lin).post(f"/cases/{case.pk}/send_notice/", given)
            for given in ({"version": case.version}, sent)
        )
        assert (wrong.status_code, done.status_code) == (400, 302)
        assert "no-store" in wrong["Cache-Control"]
        assert "no-store" in done["Cache-Control"]

    def test_a_file_of_the_site_s_own_may_be_kept(self, people: People) -> None:
        answer = Client().get("/static/app.css")
        assert answer.status_code == 200
        assert "no-store" not in answer["Cache-Control"]


class TestAddresses:
    def test_a_host_that_is_not_ours_is_refused(self, people: People) -> None:
        assert Client().get(PAGE, headers={"host": "localhost"}).status_code == 200
        answer = Client().get(PAGE, headers={"host": "evil.example"})
        assert answer.status_code == 400
        assert "evil.example" not in answer.content.decode()

    def test_a_host_given_by_a_proxy_header_is_not_believed(self, people: People) -> None:
        answer = Client().get("/docket/", headers={"x-forwarded-host": "evil.example"})
        assert "evil.example" not in answer["Location"]
        with pytest.raises(DisallowedHost):
            HttpRequest.get_host(_asked("evil.example"))

    @pytest.mark.parametrize(
        "where",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "https:evil.example",
            "javascript:alert(1)",
            "\t//evil.example",
            "http:///evil.example",
        ],
    )
    def test_no_way_leads_out_of_the_site(
        self, people: People, browser: Browser, where: str
    ) -> None:
        case = enforcing(people).case
        sent = {"version": case.version, "next": where, **NOTICE}
        done = browser(people.lin).post(f"/cases/{case.pk}/send_notice/", sent)
        assert (done.status_code, done["Location"]) == (302, f"/cases/{case.pk}/")
        people.lin.set_password("zhengquemima-2026")
        people.lin.save()
        sign_in = {"login": "lin", "password": "zhengquemima-2026", "next": where}
        entered = Client().post(PAGE, sign_in)
        assert entered.status_code == 302
        assert "evil" not in entered["Location"]
        assert "javascript" not in entered["Location"]
        left = browser(people.zhou).post("/accounts/logout/", {"next": where})
        assert left.status_code == 302
        assert "evil" not in left["Location"]

    def test_a_way_inside_is_taken(self, people: People, browser: Browser) -> None:
        case = enforcing(people).case
        sent = {"version": case.version, "next": "/docket/", **NOTICE}
        done = browser(people.lin).post(f"/cases/{case.pk}/send_notice/", sent)
        assert (done.status_code, done["Location"]) == (302, "/docket/")


def _asked(host: str) -> HttpRequest:
    request = HttpRequest()
    request.META["HTTP_HOST"] = host
    return request


def test_the_middlewares_stand_in_their_order() -> None:
    """Headers outermost but for the trace, so that errors and redirects have them; the session
    before who is signed in, that before the limits, these before the gate."""
    from django.conf import settings

    names = [path.rpartition(".")[2] for path in settings.MIDDLEWARE]
    wanted = [
        "Headers", "SecurityMiddleware", "WhiteNoiseMiddleware", "SessionMiddleware",
        "CommonMiddleware", "CsrfViewMiddleware", "AuthenticationMiddleware",
        "XFrameOptionsMiddleware", "Door", "Limits", "Gate",
    ]  # fmt: skip
    assert [name for name in names if name in wanted] == wanted
    assert names.index("Headers") <= 1
