"""What guards the door: counted failures, former passwords, and the log of acts of security."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models


class SignInGuard(models.Model):
    """Failed attempts to sign in (登录防护), for one account, one address or one person's codes.

    ``subject`` is a keyed hash, kept for names that nobody has just as for real ones: the door
    answers alike, and the table does not tell what was typed.
    """

    class Kind(models.TextChoices):
        """What is counted."""

        ACCOUNT = "account", "账号"
        ADDRESS = "address", "网络地址"
        CODE = "code", "验证码"

    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    subject = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    failures = models.PositiveIntegerField("失败次数", default=0)
    since = models.DateTimeField("起")
    rounds = models.PositiveSmallIntegerField("连续锁定次数", default=0)
    locked_until = models.DateTimeField("锁定至", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录防护"
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="guard_once")]
        indexes = [models.Index(fields=["since"], name="guard_since")]

    def __str__(self) -> str:
        return f"{self.kind} {self.failures}"

    def locked(self, now: datetime) -> bool:
        """Tell whether nobody gets in at that moment."""
        return self.locked_until is not None and now < self.locked_until


class PastPassword(models.Model):
    """A password a person had before, as its slow hash, so that it is not taken again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    encoded = models.CharField(max_length=128)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "曾用密码"

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%F}"


class SecurityEvent(models.Model):
    """One act that concerns security (安全日志): only ever added.

    ``about`` and ``detail`` never hold personal data, only ids, numbers and grounds.
    """

    class Kind(models.TextChoices):
        """What happened."""

        LOCKED = "locked", "登录锁定"
        UNLOCKED = "unlocked", "解除锁定"
        FACTOR_ADDED = "factor_added", "启用两步验证"
        FACTOR_REMOVED = "factor_removed", "停用两步验证"
        FACTOR_RESET = "factor_reset", "重置两步验证"
        SESSION_ENDED = "session_ended", "结束登录"
        KEY_ISSUED = "key_issued", "生成接口令牌"
        KEY_REVOKED = "key_revoked", "撤销接口令牌"
        PASSWORD = "password", "修改密码"
        LINKED = "linked", "关联统一身份认证"
        SHREDDED = "shredded", "销毁个人信息"
        ROTATED = "rotated", "更换密钥"

    kind = models.CharField("类别", max_length=16, choices=Kind.choices)
    at = models.DateTimeField("时间", db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="办理人",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="账号",
    )
    about = models.CharField("对象", max_length=80, blank=True)
    detail = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "安全日志"
        triggers = [
            pgtrigger.Protect(
                name="security_log_kept", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.about}"
