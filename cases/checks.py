"""System checks of the evidence: the key that digests are signed with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from cases import signing
from enforcement.env import env_secret

_HINT = "DIGEST_KEY or DIGEST_KEY_FILE: a PEM file of an Ed25519 key, or a long random text."


@register("cases")
def digests_can_be_signed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001: the signing key is missing or unfit; W001: it was made beside the data it vouches for.

    The demo and the tests may sign with a key made on the spot.
    """
    try:
        signing.public_key()
    except signing.BadKey as error:
        return [Error(str(error), hint=_HINT, id="cases.E001")]
    key = settings.DIGEST_KEY
    if len(key) < 32 or key in {settings.SECRET_KEY, settings.INDEX_KEY, *settings.DATA_KEYS}:
        return [
            Error(
                "DIGEST_KEY is short, or used for something else too.", hint=_HINT, id="cases.E001"
            )
        ]
    if env_secret("DIGEST_KEY") or settings.DEMO or settings.TESTING:
        return []
    if not settings.EMBEDDED_DATABASE:
        what = "DIGEST_KEY not given: each machine would sign the digests with a key of its own."
        return [Error(what, hint=_HINT, id="cases.E001")]
    what = "DIGEST_KEY not given: the digests are signed with a key that lies beside the data."
    return [Caution(what, hint=_HINT, id="cases.W001")]
