"""Signing in at the court's identity provider: a real one, on a port of its own."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from enforcement.models import SecurityEvent, User
from tests.people import People
from tests.signin.conftest import Clock, is_in
from tests.signin.provider import CLIENT, SECRET, IdentityProvider


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves following a redirect to the browser of the test."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow nothing."""


@pytest.fixture
def provider(settings: Any, people: People) -> Iterator[IdentityProvider]:
    """Run the provider, and let the system know it."""
    running = IdentityProvider()
    app = {
        "provider_id": "court",
        "name": "统一身份认证",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": running.url},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    yield running
    running.stop()


def goes_there(client: Client, then: str = "") -> str:
    """Follow the link of the sign-in page to the provider; return where it leads back to."""
    page = client.get(f"/accounts/login/{then}").content.decode()
    link = re.search(r'href="([^"]+)">使用统一身份认证登录', page)
    assert link is not None, page
    there = client.get(link[1].replace("&amp;", "&"))["Location"]
    try:
        urllib.request.build_opener(NoRedirect).open(there, timeout=5)
    except urllib.error.HTTPError as redirect:
        back: str = redirect.headers["Location"]
        return back
    raise AssertionError("the provider did not lead back")


def comes_back(client: Client, address: str) -> Any:
    """Open the address the provider leads back to."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def signs_in_there(then: str = "") -> tuple[Client, Any]:
    """Go there and back; return the browser and the last answer."""
    client = Client()
    return client, comes_back(client, goes_there(client, then))


class TestSigningIn:
    def test_opens_the_account_of_that_name(self, provider: IdentityProvider) -> None:
        client, answer = signs_in_there()
        assert answer["Location"] == "/"
        assert is_in(client)
        assert client.get("/api/v1/me/").json()["username"] == "lin"

    def test_leads_to_the_page_that_was_wanted(self, provider: IdentityProvider) -> None:
        _, answer = signs_in_there("?next=/cases/")
        assert answer["Location"] == "/cases/"

    def test_never_leads_to_another_site(self, provider: IdentityProvider) -> None:
        _, answer = signs_in_there("?next=https://evil.example/")
        assert answer["Location"] == "/"

    def test_the_person_is_known_again_by_the_number_not_by_the_name(
        self, provider: IdentityProvider, people: People
    ) -> None:
        signs_in_there()
        provider.person = {"sub": "0001", "preferred_username": "he"}
        client, _ = signs_in_there()
        assert client.get("/api/v1/me/").json()["username"] == "lin"
        assert SecurityEvent.objects.filter(kind="linked").count() == 1

    def test_a_second_factor_is_still_asked_for(
        self, provider: IdentityProvider, people: People, settings: Any
    ) -> None:
        settings.MFA_REQUIRED = True
        provider.person = {"sub": "0002", "preferred_username": "he"}
        client, _ = signs_in_there()
        assert client.get("/flags/")["Location"] == "/accounts/2fa/"

    def test_a_recent_sign_in_there_is_a_proof(
        self, provider: IdentityProvider, settings: Any, clock: Clock
    ) -> None:
        settings.REAUTH_MINUTES = 15
        client, _ = signs_in_there()
        given = {"name": "对接", "days": 1}
        assert client.post("/accounts/keys/", given).status_code == 200
        clock.passes(minutes=16)
        assert client.post("/accounts/keys/", given).status_code == 302


class TestRefused:
    @pytest.mark.parametrize("name", ["nobody", "", "LIN"])
    def test_nobody_is_registered_this_way(self, provider: IdentityProvider, name: str) -> None:
        before = User.objects.count()
        provider.person = {"sub": "0009", "preferred_username": name}
        client, answer = signs_in_there()
        assert answer.status_code == 403
        assert "没有对应的账号" in answer.content.decode()
        assert not is_in(client)
        assert User.objects.count() == before

    def test_a_name_given_to_somebody_else_opens_nothing(
        self, provider: IdentityProvider, people: People
    ) -> None:
        """An account stays with the person it was joined with, whatever name the next one has."""
        signs_in_there()
        provider.person = {"sub": "0666", "preferred_username": "lin"}
        client, answer = signs_in_there()
        assert answer.status_code == 403
        assert "与另一身份关联" in answer.content.decode()
        assert not is_in(client)
        assert SecurityEvent.objects.filter(kind="linked").count() == 1

    @pytest.mark.parametrize("process", ["connect", "redirect"])
    def test_nobody_joins_an_identity_with_the_account_of_an_open_session(
        self, provider: IdentityProvider, people: People, process: str
    ) -> None:
        client = Client()
        client.force_login(people.he)
        there = client.get(f"/accounts/oidc/court/login/?process={process}")
        assert there.status_code == 404

    def test_a_dismissed_person_stays_out(self, provider: IdentityProvider, people: People) -> None:
        people.lin.is_active = False
        people.lin.save()
        client, _ = signs_in_there()
        assert not is_in(client)

    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "another-client"},
            {"iss": "https://another.example"},
            {"exp": 1},
        ],
        ids=["for another", "from another", "expired"],
    )
    def test_a_token_that_is_not_right(
        self, provider: IdentityProvider, claims: dict[str, Any]
    ) -> None:
        provider.claims = claims
        client, answer = signs_in_there()
        assert "没有登录成功" in answer.content.decode()
        assert not is_in(client)

    def test_a_forged_token(self, provider: IdentityProvider) -> None:
        provider.signer = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        client, answer = signs_in_there()
        assert "没有登录成功" in answer.content.decode()
        assert not is_in(client)

    def test_a_code_that_another_browser_was_given(self, provider: IdentityProvider) -> None:
        address = goes_there(Client())
        thief = Client()
        comes_back(thief, address)
        assert not is_in(thief)

    def test_the_same_code_twice(self, provider: IdentityProvider) -> None:
        client = Client()
        address = goes_there(client)
        comes_back(client, address)
        again = Client()
        comes_back(again, address)
        assert not is_in(again)

    def test_a_provider_that_is_away(self, provider: IdentityProvider) -> None:
        client = Client()
        address = goes_there(client)
        provider.stop()
        answer = comes_back(client, address)
        assert answer.status_code == 503
        assert "暂时连接不上" in answer.content.decode()
        assert not is_in(client)


def test_without_a_provider_there_is_no_link(people: People) -> None:
    assert "统一身份认证" not in Client().get("/accounts/login/").content.decode()
    assert Client().get("/accounts/oidc/court/login/").status_code == 404
