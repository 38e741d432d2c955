"""Input forms of the deadlines verbs."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.forms import VerbForm, choice_field
from deadlines.actions import exclusion_choices, open_exclusions


class OpenExclusionForm(VerbForm):
    """登记扣除期间."""

    exclusion = choice_field("种类", [])
    document = forms.CharField(label="依据文书", max_length=80)

    def fit(self, target: Any) -> None:
        """Offer every kind the rulebook knows."""
        self.fields["exclusion"].choices = list(exclusion_choices().items())  # type: ignore[attr-defined]


class CloseExclusionForm(VerbForm):
    """结束扣除期间."""

    exclusion = choice_field("种类", [])
    document = forms.CharField(label="依据文书", max_length=80, required=False)

    def fit(self, target: Any) -> None:
        """Offer the kinds that are open now."""
        names = exclusion_choices()
        self.fields["exclusion"].choices = [  # type: ignore[attr-defined]
            (kind, names.get(kind, kind)) for kind, _ in open_exclusions(target)
        ]


class ExtendForm(VerbForm):
    """批准延长期限."""

    units = {"months": "个月"}
    months = forms.IntegerField(label="延长", min_value=1, max_value=3, initial=3)
    reason = forms.CharField(label="延长理由", widget=forms.Textarea(attrs={"rows": 2}))
    document = forms.CharField(label="审批文号", max_length=80, required=False)
