"""Token sign-in (接口令牌): ``Authorization: Bearer ect_…``; only the hash of a token is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from enforcement.errors import Forbidden, Invalid
from enforcement.middleware import now_of, today_of
from enforcement.models import ApiToken, User
from enforcement.signin import factors

#: Days a token lives unless asked otherwise, and at most.
DAYS, MOST_DAYS = 90, 366
REALM = "enforcement"
_FORM = re.compile(r"ect_([a-z2-7]{10})_[A-Za-z0-9_-]{43}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


class Issued(NamedTuple):
    """A new token: its row, and its text, which is shown this once."""

    token: ApiToken
    text: str


def issue(user: User, name: str, *, now: datetime, days: int = DAYS) -> Issued:
    """Make a token for a person's program.

    Args:
        name: what it is for, shown in lists.
        days: how long it lives, 1 to 366.

    Raises:
        Invalid: ``token.days``.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("token.days", f"令牌有效期为 1 至 {MOST_DAYS} 天。", field="days")
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(10))
    text = f"ect_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=prefix,
        sha256=_hashed(text),
        created=now,
        expires=now + timedelta(days=days),
    )
    return Issued(token, text)


def revoke(token: ApiToken, *, now: datetime) -> None:
    """Shut a token for good; a second time changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked__isnull=True).update(revoked=now)


def revoke_all(user: User, *, now: datetime) -> int:
    """Shut every token of a person; return how many were open."""
    rows = ApiToken.objects.filter(user=user, revoked__isnull=True, expires__gt=now)
    return rows.update(revoked=now)


def find(text: str, *, now: datetime) -> ApiToken | None:
    """Return the usable token of that text; None for a wrong, revoked or expired one."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    token = ApiToken.objects.select_related("user").filter(prefix=match[1]).first()
    if token is None or not hmac.compare_digest(token.sha256, _hashed(text)):
        return None
    if not token.usable(now) or not token.user.is_active:
        return None
    return token


def note_use(token: ApiToken, *, now: datetime) -> None:
    """Note that the token was used, to the hour: one write an hour, not one a request."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    if token.last_used is None or token.last_used < hour:
        ApiToken.objects.filter(pk=token.pk).update(last_used=hour)


def _hashed(text: str) -> str:
    """Return the hash kept of a token: 256 random bits need no slow hash and no salt."""
    return hashlib.sha256(text.encode()).hexdigest()


class TokenSignIn(BaseAuthentication):
    """``Authorization: Bearer <token>``; one answer for a wrong, revoked and expired token."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return person and token, None when the request carries no bearer token.

        Raises:
            AuthenticationFailed: a token that opens nothing.
            Forbidden: ``signin.second_factor`` for a person who took a post that needs one after
                the token was given out, or changed it since.
        """
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = now_of(request)
        token = find(text.strip(), now=now)
        if token is None:
            raise AuthenticationFailed("令牌无效、已撤销或者已过期，请重新申请。")
        if factors.lacking(token.user, today_of(request), since=token.created):
            raise Forbidden(
                "signin.second_factor",
                "您的岗位必须使用两步验证，这个令牌是在启用之前生成的，"
                "请登录网页，在“账号安全”中启用后重新生成。",
            )
        note_use(token, now=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return f'Bearer realm="{REALM}"'


def token_of(request: Any) -> ApiToken | None:
    """Return the token a request signed in with, None for a session."""
    return request.auth if isinstance(request.auth, ApiToken) else None
