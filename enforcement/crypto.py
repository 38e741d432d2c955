"""Personal data at rest: sealed values, a blind index to find them by, and masks to show them.

AES-256-GCM; each value has its own nonce and is bound to its *context* (for example
``party.id_number``), so a sealed phone number cannot be passed off as an identity number.
A blob is: version (1 byte), key id (4), nonce (12), ciphertext with tag. Keys come from
``settings.DATA_KEYS``, newest first: the first one seals, all of them open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from enforcement.zh_format import mask_id, mask_name

__all__ = [
    "EncryptedTextField",
    "NotSealed",
    "SealError",
    "Secret",
    "Tampered",
    "UnknownKey",
    "blind",
    "blinds",
    "key_id",
    "key_of",
    "mask_id",
    "mask_name",
    "mask_phone",
    "open_sealed",
    "seal",
]

_VERSION = b"\x01"
_KEY_ID = 4
_NONCE = 12
_TAG = 16
_HEAD = len(_VERSION) + _KEY_ID + _NONCE
_DUMPED = "sealed:"


class SealError(Exception):
    """A sealed value cannot be opened. The message never holds any of its content."""


class NotSealed(SealError):
    """The bytes are not a sealed value: too short, or of a version not known here."""


class UnknownKey(SealError):
    """The value was sealed with a key that is not in ``DATA_KEYS`` (or ``DATA_KEYS_OLD``)."""


class Tampered(SealError):
    """The bytes were changed, or belong to another context."""


class Secret(str):
    """Text that was sealed: reads as text, but shows as stars in traces and debug pages."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@lru_cache(maxsize=16)
def _derived(secret: str) -> tuple[bytes, AESGCM]:
    """Return the key id and the cipher of one configured secret."""
    master = HKDF(SHA256(), 32 + _KEY_ID, salt=None, info=b"enforcement data key v1").derive(
        secret.encode()
    )
    return master[32:], AESGCM(master[:32])


def key_id(secret: str) -> bytes:
    """Return the four bytes by which a sealed value names its key."""
    return _derived(secret)[0]


def key_of(blob: bytes) -> bytes:
    """Return the id of the key a value was sealed with."""
    return bytes(blob)[len(_VERSION) : len(_VERSION) + _KEY_ID]


def seal(text: str, context: str = "") -> bytes:
    """Seal text with the newest key.

    Args:
        text: what to hide; sealed twice it gives different bytes.
        context: where it belongs; the same one is needed to open it.
    """
    key_id, cipher = _derived(settings.DATA_KEYS[0])
    head = _VERSION + key_id
    nonce = secrets.token_bytes(_NONCE)
    return head + nonce + cipher.encrypt(nonce, text.encode(), head + context.encode())


def open_sealed(blob: bytes, context: str = "") -> str:
    """Open what ``seal`` made, with whichever configured key sealed it.

    Raises:
        NotSealed: the bytes are not a sealed value.
        UnknownKey: sealed with a key that is not configured.
        Tampered: changed bytes, or another context.
    """
    blob = bytes(blob)
    if len(blob) < _HEAD + _TAG or not blob.startswith(_VERSION):
        raise NotSealed(f"{len(blob)} bytes that are not a sealed value")
    head, nonce = blob[: _HEAD - _NONCE], blob[_HEAD - _NONCE : _HEAD]
    ciphers = dict(_derived(secret) for secret in reversed(settings.DATA_KEYS))
    cipher = ciphers.get(head[1:])
    if cipher is None:
        raise UnknownKey(
            f"sealed with key {head[1:].hex()}, which is not among DATA_KEY and DATA_KEYS_OLD"
        )
    try:
        return cipher.decrypt(nonce, blob[_HEAD:], head + context.encode()).decode()
    except InvalidTag:
        raise Tampered(f"the value was changed, or does not belong to {context!r}") from None


def blind(text: str, context: str = "") -> str:
    """Return the blind index of a value: 64 hex digits, the same for the same value.

    Width, case and blanks do not count, so ``61010x`` finds ``６１０１０Ｘ``.
    """
    return blinds(text, context)[0]


def blinds(text: str, context: str = "") -> list[str]:
    """Return the blind index of a value under every index key, the present one first.

    Look-ups ask for all of them: while keys are being changed some rows still have the old one.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    message = (f"{context}\0{plain}" if context else plain).encode()
    keys = [settings.INDEX_KEY, *settings.INDEX_KEYS_OLD]
    return [hmac.new(key.encode(), message, hashlib.sha256).hexdigest() for key in keys]


def mask_phone(number: str) -> str:
    """Write a phone number with its middle hidden: ``138****1234``, ``0914****12``."""
    text = number.strip()
    if len(text) >= 11 and text[:1] == "1":
        return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
    if len(text) <= 6:
        return "*" * len(text)
    return f"{text[:4]}{'*' * (len(text) - 6)}{text[-2:]}"


class _SecretAttribute(DeferredAttribute):
    """Keeps the value on the instance as a ``Secret`` from the moment it is set."""

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = Secret(value) if isinstance(value, str) else value


if TYPE_CHECKING:
    _SealedColumn = models.BinaryField[str, str]
else:
    _SealedColumn = models.BinaryField


class EncryptedTextField(_SealedColumn):
    """Text that is sealed in the database and plain on the instance.

    It cannot be searched (every seal differs): keep ``blind(value)`` in a column beside it.
    """

    descriptor_class = _SecretAttribute

    def __init__(self, *args: Any, context: str = "", **kwargs: Any) -> None:
        """Take the context that binds the value, for example ``party.id_number``."""
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)
        self.context = context

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Describe the field for migrations."""
        name, path, args, kwargs = super().deconstruct()
        kwargs["context"] = self.context
        return name, path, args, kwargs

    def get_default(self) -> Any:
        """Return the default; text that was never given is empty, not bytes."""
        default = super().get_default()
        return "" if default == b"" else default

    def from_db_value(self, value: Any, *_: object) -> Secret | None:
        """Open what the database holds."""
        return None if value is None else Secret(open_sealed(value, self.context))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Seal what goes to the database."""
        blob = None if value is None else seal(str(value), self.context)
        return super().get_db_prep_value(blob, connection, prepared)

    def to_python(self, value: Any) -> Any:
        """Read a value from a form or a dump (``sealed:`` and base64)."""
        if isinstance(value, str) and value.startswith(_DUMPED):
            blob = base64.b64decode(value.removeprefix(_DUMPED))
            return Secret(open_sealed(blob, self.context))
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Write the value for a dump: sealed, never plain."""
        value = self.value_from_object(obj)
        return (
            "" if value is None else _DUMPED + base64.b64encode(seal(value, self.context)).decode()
        )

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow only ``isnull``: equality over sealed values would silently find nothing.

        Raises:
            FieldError: for any other lookup.
        """
        if lookup_name != "isnull":
            raise FieldError(
                f"{self.name} is sealed and cannot be searched by {lookup_name!r}; "
                "filter on its blind index"
            )
        return super().get_lookup(lookup_name)
