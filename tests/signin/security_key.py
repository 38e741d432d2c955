"""A security key made of software: it signs as one on a desk would."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

ORIGIN = "https://testserver"
#: Somebody touched it, and was recognised; a new key comes with it.
TOUCHED, NEW = 0x05, 0x40


def b64(data: bytes) -> str:
    """Return data as browsers write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SecurityKey:
    """One key, for one site.

    Attributes:
        origin: the site the browser says it is at; a false site cannot claim another's.
    """

    def __init__(self, origin: str = ORIGIN) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.origin = origin
        self.uses = 0

    def registers(self, options: dict[str, Any]) -> str:
        """Answer the options of a page that adds a key."""
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(options["rp"]["id"], TOUCHED | NEW) + credential
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", options)
        return self._answer({"clientDataJSON": b64(said), "attestationObject": b64(attested)})

    def signs(self, options: dict[str, Any]) -> str:
        """Answer the options of a page that asks for the key."""
        data = self._data(options["rpId"], TOUCHED)
        said = self._said("webauthn.get", options)
        signed = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": b64(said),
                "authenticatorData": b64(data),
                "signature": b64(signed),
            }
        )

    def _data(self, site: str, flags: int) -> bytes:
        self.uses += 1
        known = hashlib.sha256(site.encode()).digest()
        return known + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _said(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {
                "id": b64(self.id),
                "rawId": b64(self.id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )
