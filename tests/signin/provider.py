"""A small OpenID Connect provider on a port of its own: real requests, real signatures."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

CLIENT, SECRET = "court-client", "court-secret"


def b64(data: bytes) -> str:
    """Return data as JSON web tokens write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int) -> str:
    """Return a whole number as JSON web keys write it."""
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class IdentityProvider:
    """Knows one person at a time; ``claims`` changes what its next token says.

    Attributes:
        signer: the key that signs; another one than the published makes a forged token.
    """

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signer = self.key
        self.person = {"sub": "0001", "preferred_username": "lin"}
        self.claims: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            """Answers as the provider."""

            def do_GET(self) -> None:
                """Answer a page or a document."""
                parts = urlsplit(self.path)
                provider.get(self, parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})

            def do_POST(self) -> None:
                """Exchange a code."""
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.exchange(self, {k: v[0] for k, v in parse_qs(body).items()})

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self.server.shutdown()
        self.server.server_close()

    def get(self, to: BaseHTTPRequestHandler, path: str, asked: dict[str, str]) -> None:
        """Answer the configuration, the keys, or the sign-in page, which asks nothing."""
        if path == "/.well-known/openid-configuration":
            self.tell(to, self.configuration())
        elif path == "/keys":
            public = self.key.public_key().public_numbers()
            key = {"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig"}
            self.tell(to, {"keys": [key | {"n": number(public.n), "e": number(public.e)}]})
        elif path == "/authorize" and asked["client_id"] == CLIENT:
            code = secrets.token_urlsafe(8)
            self.codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            to.send_response(302)
            to.send_header("Location", f"{asked['redirect_uri']}?{back}")
            to.end_headers()
        else:
            to.send_error(404)

    def exchange(self, to: BaseHTTPRequestHandler, given: dict[str, str]) -> None:
        """Answer a token for a code, once, to who holds the secret and began the sign-in."""
        asked = self.codes.pop(given.get("code", ""), None)
        proof = b64(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        good = asked is not None and given.get("client_secret") == SECRET
        if not good or asked is None or asked.get("code_challenge") != proof:
            to.send_error(400)
            return
        token = {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer"}
        self.tell(to, token | {"id_token": self.id_token()})

    def configuration(self) -> dict[str, Any]:
        """Return what the provider says of itself."""
        places = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
            "userinfo_endpoint": "userinfo",
        }
        return {name: f"{self.url}/{path}" for name, path in places.items()} | {
            "issuer": self.url,
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def id_token(self) -> str:
        """Return the signed statement of who somebody is."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300} | self.person
        head = {"alg": "RS256", "kid": "1", "typ": "JWT"}
        parts = [b64(json.dumps(part).encode()) for part in (head, claims | self.claims)]
        signed = ".".join(parts)
        return f"{signed}.{b64(self.signer.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"

    def tell(self, to: BaseHTTPRequestHandler, document: dict[str, Any]) -> None:
        """Send a document."""
        body = json.dumps(document).encode()
        to.send_response(200)
        to.send_header("Content-Type", "application/json")
        to.send_header("Content-Length", str(len(body)))
        to.end_headers()
        to.wfile.write(body)
