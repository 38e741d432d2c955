"""Rules for passwords beyond Django's: no own name in it, and none of the last ones again."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Now

from enforcement.frame import DEMO_PASSWORD
from enforcement.models import PastPassword, User


class LongEnough(MinimumLengthValidator):
    """Django's rule in Chinese: its sentence about characters is not translated."""

    def get_error_message(self) -> str:
        """Say what is wrong."""
        return f"密码太短，至少 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        """Say the rule in one sentence."""
        return f"密码至少 {self.min_length} 个字符。"


class NotOwnName:
    """Refuses a password with the person's own account or name in it, however long the rest."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse a password that names the person.

        Raises:
            ValidationError: ``password_own_name``.
        """
        names = (user.username, user.name) if user is not None else ()
        if any(len(name) > 1 and name.lower() in password.lower() for name in names):
            raise ValidationError(self.get_help_text(), code="password_own_name")

    def get_help_text(self) -> str:
        """Say the rule in one sentence."""
        return "密码中不能有您的账号或者姓名。"


class NotPrinted:
    """Refuses the password of the demo, which everybody can read."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse the demo's password.

        Raises:
            ValidationError: ``password_printed``.
        """
        if password.strip().lower() == DEMO_PASSWORD:
            raise ValidationError(self.get_help_text(), code="password_printed")

    def get_help_text(self) -> str:
        """Say the rule in one sentence."""
        return "不能使用演示系统公开的密码。"


class NotReused:
    """Refuses the last few passwords of a person, the present one among them."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse a password the person had lately.

        Raises:
            ValidationError: ``password_reused``.
        """
        if user is None or user.pk is None:
            return
        known = list(self._latest(user).values_list("encoded", flat=True))
        if any(check_password(password, encoded) for encoded in known):
            raise ValidationError(
                f"不能使用最近 {self.last} 次用过的密码。", code="password_reused"
            )

    def password_changed(self, password: str, user: User | None = None) -> None:
        """Keep the hash of the new password, and forget the ones beyond the last few."""
        if user is None or user.pk is None:
            return
        PastPassword.objects.create(user=user, encoded=make_password(password), at=Now())
        kept = list(self._latest(user).values_list("pk", flat=True))
        PastPassword.objects.filter(user=user).exclude(pk__in=kept).delete()

    def get_help_text(self) -> str:
        """Say the rule in one sentence."""
        return f"不能使用最近 {self.last} 次用过的密码。"

    def _latest(self, user: User) -> QuerySet[PastPassword]:
        return PastPassword.objects.filter(user=user).order_by("-pk")[: self.last]
