"""The key of the digests: given as PEM or as text, checked at the start, used by the beat task."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from cases import checks, signing, tasks
from cases.models import Digest
from enforcement.celery import app
from tests.builders import enforcing
from tests.people import People

LONG = "a long random text for the tests, used for nothing else"


def pem(key: Any) -> str:
    """Return a private key as people keep it in a file."""
    return key.private_bytes(  # type: ignore[no-any-return]
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def found() -> set[str]:
    """Return the ids of what the checks find."""
    return {str(message.id) for message in checks.digests_can_be_signed(None)}


def test_a_key_given_as_pem_signs_with_its_own_public_half(settings: Any) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    settings.DIGEST_KEY = pem(key).strip()
    assert signing.public_key() == key.public_key().public_bytes_raw().hex()
    assert signing.signed("text", signing.sign("text"), signing.public_key())


def test_the_same_text_gives_the_same_key_on_every_machine(settings: Any) -> None:
    settings.DIGEST_KEY = LONG
    one = signing.public_key()
    settings.DIGEST_KEY = LONG + "."
    assert signing.public_key() != one
    settings.DIGEST_KEY = LONG
    assert signing.public_key() == one


def test_a_key_of_another_kind_or_none_at_all_stops_the_start(settings: Any) -> None:
    settings.DIGEST_KEY = pem(ec.generate_private_key(ec.SECP256R1()))
    assert found() == {"cases.E001"}
    settings.DIGEST_KEY = "-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----"
    assert found() == {"cases.E001"}
    settings.DIGEST_KEY = "short"
    assert found() == {"cases.E001"}
    settings.DIGEST_KEY = settings.SECRET_KEY
    assert found() == {"cases.E001"}
    settings.DIGEST_KEY = LONG
    assert found() == set()


def test_a_key_made_on_the_spot_is_for_the_demo_and_tests_only(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIGEST_KEY", raising=False)
    settings.TESTING = settings.DEMO = False
    settings.EMBEDDED_DATABASE = False
    assert found() == {"cases.E001"}
    settings.EMBEDDED_DATABASE = True
    assert found() == {"cases.W001"}
    settings.DEMO = True
    assert found() == set()
    settings.DEMO = False
    monkeypatch.setenv("DIGEST_KEY", LONG)
    assert found() == set()


def test_the_beat_seals_yesterday_once_and_stands_in_its_table(people: People) -> None:
    enforcing(people, "11-02")
    with time_machine.travel(datetime(2024, 1, 1, 16, 10, tzinfo=UTC), tick=False):
        # In the small hours of 2 January in Shanghai; the database's own clock is later.
        assert tasks.seal_digests() == 1
        assert tasks.seal_digests() == 0
    with time_machine.travel(datetime(2024, 1, 1, 16, 10, tzinfo=UTC) + timedelta(days=90)):
        assert tasks.seal_digests() == 0  # a gap for somebody to look at
    assert [str(d.day) for d in Digest.objects.all()] == ["2024-01-01"]
    entry = app.conf.beat_schedule["seal-digests"]
    assert entry["task"] == tasks.seal_digests.name
