"""A security key as second factor: added, used, and worth nothing at another site."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.people import People
from tests.signin.conftest import is_in, signs_in
from tests.signin.security_key import SecurityKey

ADD, ASK = "/accounts/2fa/webauthn/add/", "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    """Ask for the second factor, and look at the site, as outside the demo and the tests."""
    settings.MFA_REQUIRED = True
    settings.REAUTH_MINUTES = 15
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False


def options(client: Client, address: str) -> dict[str, Any]:
    """Return what the page hands to the browser's key."""
    page = client.get(address).content.decode()
    found = re.search(r'<script id="js_data" type="application/json">(.+?)</script>', page)
    assert found is not None, page
    (given,) = json.loads(found[1]).values()
    asked: dict[str, Any] = given["publicKey"]
    return asked


def adds(client: Client, key: SecurityKey) -> Any:
    """Add a key on its page."""
    return client.post(ADD, {"name": "办公室", "credential": key.registers(options(client, ADD))})


def uses(client: Client, key: SecurityKey) -> Any:
    """Use the key after the password."""
    return client.post(ASK, {"credential": key.signs(options(client, ASK))})


@pytest.fixture
def key(people: People) -> SecurityKey:
    """Let the supervisor have a security key."""
    made = SecurityKey()
    assert adds(signs_in("he"), made).status_code == 302
    return made


def test_it_opens_what_the_post_sees(people: People) -> None:
    client = signs_in("he")
    assert client.get("/accounts/security/")["Location"] == "/accounts/2fa/"
    adds(client, SecurityKey())
    assert client.get("/accounts/security/").status_code == 200
    listed = client.get("/accounts/2fa/webauthn/").content.decode()
    assert "办公室" in listed


def test_password_and_key_sign_in(people: People, key: SecurityKey) -> None:
    client = signs_in("he")
    assert not is_in(client)
    assert uses(client, key).status_code == 302
    assert is_in(client)


def test_another_key_does_not(people: People, key: SecurityKey) -> None:
    stranger = SecurityKey()
    stranger.id = key.id
    client = signs_in("he")
    uses(client, stranger)
    assert not is_in(client)


def test_a_false_site_cannot_pass_the_answer_on(people: People, key: SecurityKey) -> None:
    key.origin = "https://testserver.evil.example"
    client = signs_in("he")
    uses(client, key)
    assert not is_in(client)


def test_an_answer_is_good_for_one_question(people: People, key: SecurityKey) -> None:
    first, second = signs_in("he"), signs_in("he")
    answer = key.signs(options(first, ASK))
    options(second, ASK)
    second.post(ASK, {"credential": answer})
    assert not is_in(second)
    first.post(ASK, {"credential": answer})
    assert is_in(first)


NONSENSE = [
    "",
    "{}",
    "[]",
    "x",
    "1",
    '{"id": 1}',
    '{"id": "AA", "rawId": "AA", "response": {}}',
    '{"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "AA", "attestationObject": "AA"}}',
    '{"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "e30", "authenticatorData": "AA",'
    ' "signature": "AA"}, "type": "public-key", "clientExtensionResults": {}}',
]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_refused(people: People, key: SecurityKey, nonsense: str) -> None:
    client = signs_in("he")
    options(client, ASK)
    assert client.post(ASK, {"credential": nonsense}).status_code == 200
    assert not is_in(client)
    judge = signs_in("lin")
    options(judge, ADD)
    assert judge.post(ADD, {"name": "x", "credential": nonsense}).status_code == 200
    assert not Authenticator.objects.filter(user=people.lin).exists()
