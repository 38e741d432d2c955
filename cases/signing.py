"""The key that digests are signed with: Ed25519, from ``settings.DIGEST_KEY``.

The setting holds a private key as PEM, or any long random text from which one is derived. Who
keeps a digest keeps the public key beside it; ``manage.py digest_key`` prints it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

#: Stands before every signed text, so that a signature serves for nothing else.
PURPOSE = b"enforcement-digest/1\n"
#: Bytes of the seed of an Ed25519 key, and of its public half.
SIZE = 32


class BadKey(ValueError):
    """``DIGEST_KEY`` begins like a PEM file and is not an Ed25519 private key."""


@lru_cache(maxsize=4)
def _private(secret: str) -> Ed25519PrivateKey:
    if secret.startswith("-----BEGIN"):
        try:
            key = load_pem_private_key(secret.encode() + b"\n", password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise BadKey(f"DIGEST_KEY cannot be read: {error}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise BadKey("DIGEST_KEY is a private key of another kind than Ed25519.")
        return key
    seed = HKDF(SHA256(), SIZE, salt=None, info=b"enforcement digest key v1")
    return Ed25519PrivateKey.from_private_bytes(seed.derive(secret.encode()))


def public_key() -> str:
    """Return the public key of this system: 64 hex digits."""
    return _private(settings.DIGEST_KEY).public_key().public_bytes_raw().hex()


def fingerprint(key: str) -> str:
    """Return a short name of a public key, to read out over the telephone."""
    digits = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:24]
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def sign(text: str) -> bytes:
    """Sign a text with this system's key."""
    return _private(settings.DIGEST_KEY).sign(PURPOSE + text.encode())


def signed(text: str, signature: bytes, key: str) -> bool:
    """Tell whether the signature over the text was made with the private half of a key."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(signature, PURPOSE + text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
