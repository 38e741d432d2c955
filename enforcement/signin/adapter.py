"""Where django-allauth asks us: closed registration, lock-out, second factors, Chinese words."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal.ratelimit import truncate_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest

from enforcement.crypto import open_sealed, seal
from enforcement.frame import DEMO_PASSWORD
from enforcement.middleware import now_of, today_of
from enforcement.models import User
from enforcement.signin import factors, lockout
from enforcement.signin.proof import proved

#: Context under which secrets of second factors are sealed.
SECRET = "mfa.secret"  # noqa: S105 - the name of a field, no secret
NAME = "执行监督"


def address_of(request: HttpRequest) -> str:
    """Return the network address attempts are counted under (a whole IPv6 network is one)."""
    try:
        return truncate_ip(DefaultAccountAdapter(request).get_client_ip(request))
    except PermissionDenied:  # a unix socket has none
        return "unknown"


class Adapter(DefaultAccountAdapter):
    """Closes self-registration and counts failures; everything else is allauth's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: the court administrator makes the accounts."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Return the person of a user name and password, None when they do not fit.

        The demo's password, which everybody knows, fits nobody outside the demo: not even on a
        copy of the demo's data.

        Raises:
            ValidationError: the account or the address is locked; the password is not looked at.
        """
        subjects = (
            lockout.account(str(credentials.get("username", ""))),
            lockout.address(address_of(request)),
        )
        now = now_of(request)
        wait = lockout.attempt(*subjects, now=now)
        if wait is not None:
            raise too_often(wait)
        known = credentials.get("password") == DEMO_PASSWORD and not settings.DEMO
        user = None if known else super().authenticate(request, **credentials)
        if user is None:
            lockout.failed(*subjects, now=now)
        else:
            lockout.succeeded(*subjects, now=now)
        return user

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Tell whether allauth asks again before its own pages: not after a recent sign-in."""
        return not proved(context.request)


def too_often(wait: timedelta) -> ValidationError:
    """Return the refusal of a locked account, which says how long."""
    return ValidationError(lockout.words(wait), code="too_many_login_attempts")


class SecondFactors(DefaultMFAAdapter):
    """Seals the secrets of second factors, and keeps the last one where a post needs it."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "您的岗位必须启用两步验证，不能停用最后一种方式。"
        "需要更换的，请先添加新的。",
        "cannot_generate_recovery_codes": "请先启用验证器或者安全密钥，再生成恢复码。",
        "incorrect_code": "验证码不正确，请核对后重试。",
    }

    def get_totp_issuer(self) -> str:
        """Return the name an authenticator app shows."""
        return f"{NAME}（演示）" if settings.DEMO else NAME

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return base64.b64encode(seal(text, SECRET)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret of the database."""
        return open_sealed(base64.b64decode(encrypted_text), SECRET)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Tell whether it may go: not the last one of a post that needs one."""
        user, today = authenticator.user, today_of(context.request)
        if not isinstance(user, User) or not factors.required_of(user.posts_on(today)):
            return True
        others = Authenticator.objects.filter(user=user, type__in=factors.REAL)
        return others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002
        """Return the name a new security key is offered."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return f"安全密钥 {number}"
