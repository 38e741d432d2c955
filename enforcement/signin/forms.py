"""Forms of the second factor: their words, and codes counted like passwords."""

from __future__ import annotations

import struct
from typing import Any

from allauth.account.adapter import get_adapter as door
from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms

from enforcement.middleware import now_of
from enforcement.signin import lockout
from enforcement.signin.adapter import too_often

#: What reading an answer that no security key gave may end in.
MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error)


class _Counted(forms.Form):
    """Counts wrong codes of a person; too many shut the door, also for the right one."""

    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], "验证码", "验证器显示的 6 位数字，或者一个恢复码")

    def clean_code(self) -> str:
        """Return the code if it is good.

        Raises:
            ValidationError: wrong, or tried too often.
        """
        subject, now = lockout.codes(self.user), now_of(context.request)
        wait = lockout.attempt(subject, now=now)
        if wait is not None:
            raise too_often(wait)
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except forms.ValidationError:
            lockout.failed(subject, now=now)
            raise
        lockout.succeeded(subject, now=now)
        return code


def _plain(field: forms.Field, label: str, hint: str = "") -> None:
    field.label, field.help_text = label, hint
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= {"inputmode": "numeric", "autofocus": True} if "码" in label else {}


class CodeForm(_Counted, AuthenticateForm):
    """The code asked for after the password."""


class CodeAgainForm(_Counted, ReauthenticateForm):
    """The code asked for again before what matters most."""


class PasswordForm(ChangePasswordForm):
    """A new password; wrong old ones are counted with those at the door."""

    def clean_oldpassword(self) -> str:
        """Return the old password if it is right.

        Raises:
            ValidationError: wrong, or tried too often.
        """
        given: str = self.cleaned_data["oldpassword"]
        if not door().reauthenticate(self.user, given):
            raise door().validation_error("enter_current_password")
        return given


class SetUpForm(ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], "验证码", "验证器现在显示的 6 位数字")


class _Answered(forms.Form):
    """Refuses an answer that no security key gave, instead of breaking on it."""

    def clean_credential(self) -> Any:
        """Return what the key proved.

        Raises:
            ValidationError: not the answer of a key that is known here.
        """
        try:
            return super().clean_credential()  # type: ignore[misc]
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None


class KeyAnswerForm(_Answered, AuthenticateWebAuthnForm):
    """The security key asked for after the password."""


class KeyAgainForm(_Answered, ReauthenticateWebAuthnForm):
    """The security key asked for again before what matters most."""


class KeyForm(AddWebAuthnForm):
    """A new security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["name"], "名称", "便于您辨认，例如：办公室电脑")

    def clean(self) -> dict[str, Any]:
        """Return what was given.

        Raises:
            ValidationError: not the answer of a key.
        """
        try:
            return super().clean()
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None


class KeyNameForm(EditWebAuthnForm):
    """Another name for a security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["name"], "名称")
