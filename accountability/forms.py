"""Input forms of the flag verbs."""

from __future__ import annotations

from django import forms

from accountability.models import ExplanationGround
from cases.forms import VerbForm, choice_field


def _text(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=4000,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": f"请填写{label}。"},
    )


class EntryForm(VerbForm):
    """An act that consists in its entry: its day is today, nobody is asked for it."""

    on = None  # type: ignore[assignment]


class ExplainForm(EntryForm):
    """说明理由."""

    ground = choice_field("理由类别", ExplanationGround.choices)
    text = _text("说明", "写明事实和依据，可以引用案件时间线的序号")


class ReviewForm(EntryForm):
    """认定理由成立 / 认定超期."""

    ground = _text("审查理由")


class ReplyForm(EntryForm):
    """提出申辩."""

    text = _text("申辩意见")


class ReconsiderForm(EntryForm):
    """复核."""

    overturn = forms.BooleanField(label="改判：理由成立", required=False)
    ground = _text("复核理由")
