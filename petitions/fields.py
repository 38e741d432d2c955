"""Fields shared by the forms of this app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from enforcement.models import Court, Post, User

MISSING = {"required": "请选择。", "invalid_choice": "没有这个选项。"}


def text_field(
    label: str, *, rows: int = 4, required: bool = True, help_text: str = "", most: int = 4000
) -> forms.CharField:
    """Return a field for free text of several lines."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={
            "required": f"请填写{label}。",
            "max_length": f"{label}最多 {most} 字，请精简或者以附件提交。",
        },
    )


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class PickPerson(forms.ModelChoiceField):
    """Picks a person; the label says at which courts and in which posts."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        """Start empty; ``offer`` fills it."""
        kwargs.setdefault("error_messages", MISSING)
        kwargs.setdefault("empty_label", "请选择")
        super().__init__(User.objects.none(), label=label, **kwargs)
        self.labels: dict[int, str] = {}

    def offer(self, posts: Iterable[Post]) -> None:
        """Offer the holders of these posts."""
        for post in posts:
            said = f"{post.court} {post.get_role_display()}"
            before = self.labels.get(post.user_id, "")
            self.labels[post.user_id] = f"{before}、{said}" if before else said
        self.queryset = User.objects.filter(pk__in=self.labels).order_by("name", "pk")

    def label_from_instance(self, obj: Any) -> str:
        """Return the name with the posts."""
        return f"{obj}（{self.labels.get(obj.pk, '')}）"


def pick(label: str, *, required: bool = False, help_text: str = "") -> forms.ModelChoiceField:
    """Return a drop-down of rows that ``fit`` fills."""
    return forms.ModelChoiceField(
        Court.objects.none(),
        label=label,
        required=required,
        help_text=help_text,
        empty_label="请选择" if required else "不选",
        error_messages=MISSING,
    )


def line_of(court: Court) -> QuerySet[Court]:
    """Return a court and the courts above it."""
    return Court.objects.filter(lft__lte=court.lft, rgt__gte=court.rgt).order_by("-lft")
