"""Acts of security that allauth announces are written into the log."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_set
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib import messages
from django.http import HttpRequest

from enforcement.middleware import now_of
from enforcement.models import SecurityEvent, User
from enforcement.rest import tokens
from enforcement.signin import factors

Kind = SecurityEvent.Kind


def note(request: HttpRequest, kind: str, user: User, *, about: str = "", detail: str = "") -> None:
    """Write down an act of security done in this request, by whoever is signed in."""
    SecurityEvent.objects.create(
        kind=kind,
        at=now_of(request),
        by=request.user if isinstance(request.user, User) else None,
        user=user,
        about=about or user.username,
        detail=detail,
    )


def _added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """End the other sessions: they were opened when the password alone was enough."""
    note(request, Kind.FACTOR_ADDED, user, detail=str(authenticator.get_type_display()))
    if authenticator.type not in factors.REAL:
        return
    if ended := factors.end_sessions(user, but=request.session.session_key or ""):
        note(request, Kind.SESSION_ENDED, user, detail=f"启用两步验证，{ended} 处")


def _removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    request.session.pop(factors.KEPT, None)
    note(request, Kind.FACTOR_REMOVED, user, detail=str(authenticator.get_type_display()))


def _password(request: HttpRequest, user: User, **_: Any) -> None:
    """Shut the tokens too: whoever knew the old password may have made one with it."""
    note(request, Kind.PASSWORD, user)
    if shut := tokens.revoke_all(user, now=now_of(request)):
        note(request, Kind.KEY_REVOKED, user, detail=f"修改密码，{shut} 个")
        messages.warning(request, f"您的 {shut} 个接口令牌已随密码的修改撤销，请重新生成。")


def connect() -> None:
    """Listen; called once when the app is ready."""
    for signal in (authenticator_added, authenticator_reset):
        signal.connect(_added, dispatch_uid="security_log")
    authenticator_removed.connect(_removed, dispatch_uid="security_log")
    for signal in (password_changed, password_set):
        signal.connect(_password, dispatch_uid="security_log")
