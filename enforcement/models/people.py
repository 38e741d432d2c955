"""People who sign in, and the posts (岗位) they hold in courts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from enforcement.models.courts import Court
from enforcement.roles import Role


class User(AbstractUser):
    """A person or a program that signs in; what they may do comes from their posts."""

    name = models.CharField("姓名", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.name or self.username

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row anew, and forget what its posts let it see (``access.sight``)."""
        self.__dict__.pop("_sight", None)
        super().refresh_from_db(*args, **kwargs)

    def posts_on(self, day: date) -> models.QuerySet[Post]:
        """Return the posts held on that legal day, the highest court first."""
        return self.posts.in_force(day).select_related("court").order_by("court__lft", "role")


class PostQuerySet(models.QuerySet["Post"]):
    """Look-ups by day."""

    def in_force(self, day: date) -> PostQuerySet:
        """Return posts held on that legal day."""
        return self.filter(first_day__lte=day).filter(
            Q(last_day__isnull=True) | Q(last_day__gte=day)
        )


class Post(models.Model):
    """Who holds which role in which court, from a first day to a last day (both included)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField("岗位", max_length=16, choices=Role.choices)
    first_day = models.DateField("起")
    last_day = models.DateField("止", null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗位"
        constraints = [
            models.CheckConstraint(
                name="post_days_in_order",
                condition=Q(last_day__isnull=True) | Q(last_day__gte=models.F("first_day")),
            ),
            models.UniqueConstraint(
                fields=["user", "court", "role", "first_day"], name="post_once"
            ),
        ]
        indexes = [models.Index(fields=["court", "role"], name="post_by_court")]

    def __str__(self) -> str:
        return f"{self.court} {self.get_role_display()}"
