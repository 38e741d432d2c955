"""What the REST interface keeps: tokens of programs, and answers given once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from enforcement.crypto import EncryptedTextField


class ApiToken(models.Model):
    """A token by which a person's program signs in (接口令牌).

    The token itself is shown once and not kept: ``prefix`` finds the row, ``sha256`` proves the
    rest. ``last_used`` is kept to the hour, which is enough to see what lies idle.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField("用途", max_length=80)
    prefix = models.CharField("前缀", max_length=16, unique=True)
    sha256 = models.CharField("校验码", max_length=64)
    created = models.DateTimeField("生成时间")
    last_used = models.DateTimeField("最近使用", null=True)
    expires = models.DateTimeField("失效时间")
    revoked = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"

    def usable(self, now: datetime) -> bool:
        """Tell whether the token opens the door at that moment."""
        return self.revoked is None and now < self.expires


class IdempotentAnswer(models.Model):
    """The answer given to one request, so that the same request again gets it and acts no more.

    The body is sealed: an answer may hold what is shown only once (a query code).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    key = models.CharField("幂等键", max_length=200)
    fingerprint = models.CharField("请求校验码", max_length=64)
    status = models.PositiveSmallIntegerField("状态码", default=0)
    headers = models.JSONField("响应头", default=dict)
    body = EncryptedTextField("内容", context="answer.body", blank=True)
    at = models.DateTimeField("时间")
    expires = models.DateTimeField("失效时间")

    class Meta:
        verbose_name = verbose_name_plural = "幂等应答"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answer_once")]
        indexes = [models.Index(fields=["expires"], name="answer_expires")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
