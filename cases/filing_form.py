"""The filing form (立案登记) and its parties: adding one needs no script, nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.urls import reverse_lazy

from cases.actions.filing import PartyInput
from cases.forms import FileCaseForm, PartyForm
from cases.models import Cause
from cases.models.party import PartyKind, PartyRole
from enforcement.models import Court

#: Parties in one filing; more are entered as a group's representative.
MOST_PARTIES = 50
NEARBY = 8

START = [
    {"role": PartyRole.APPLICANT, "kind": PartyKind.NATURAL},
    {"role": PartyRole.DEBTOR, "kind": PartyKind.NATURAL},
]


def _near(text: str) -> str:
    """Say why a text is no cause that a case may carry, and which ones are near."""
    above = Cause.objects.filter(name=text, is_leaf=False).first()
    if above is not None:
        below = Cause.objects.filter(parent_code=above.code).values_list("name", flat=True)
        return f"“{text}”下面还有更细的案由，请选其中一个：{'、'.join(below[:NEARBY])}。"
    near = Cause.objects.pickable().search(text).values_list("name", flat=True)[:NEARBY]
    hint = f"相近的有：{'、'.join(near)}。" if near else "请输入案由的全称，例如民间借贷纠纷。"
    return f"没有“{text}”这个案由。{hint}"


class CauseField(forms.ModelChoiceField):
    """The cause of action by its name: some 1,500 of them are typed, not scrolled through."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Cause | None:
        """Return the leaf cause of that name or code.

        Raises:
            ValidationError: none of that name; says which ones are near.
        """
        text = str(value or "").strip()
        if not text:
            return None
        leaves = Cause.objects.pickable()
        found = leaves.filter(name=text).first() or leaves.filter(code=text).first()
        if found is None:
            raise ValidationError(_near(text))
        return found

    def prepare_value(self, value: Any) -> Any:
        """Show a cause by its name."""
        return value.name if isinstance(value, Cause) else value


class FilingForm(FileCaseForm):
    """登记立案, with the cause typed rather than chosen from a list of 1,500."""

    cause = CauseField(
        queryset=Cause.objects.filter(is_leaf=True),
        label="案由",
        required=False,
        help_text="输入两个字以上会列出相近的案由",
        widget=forms.TextInput(
            attrs={
                "list": "cause-list",
                "hx-get": reverse_lazy("causes"),
                "hx-trigger": "input changed delay:250ms",
                "hx-target": "#cause-list",
                "hx-sync": "this:replace",
            }
        ),
    )


class PartyEntry(PartyForm):
    """One party; counsel say for whom they speak."""

    represents = forms.TypedChoiceField(
        label="代理谁（代理人填）", required=False, coerce=int, empty_value=None, choices=[]
    )

    def __init__(self, *args: Any, count: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = "请填写姓名或名称。"
        self.fields["represents"].choices = [  # type: ignore[attr-defined]
            ("", "不适用"),
            *((i, f"第 {i + 1} 名当事人") for i in range(count)),
        ]
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def party(self) -> PartyInput:
        """Return what the verb wants to know about the party."""
        return PartyInput(**self.cleaned_data)


class PartySet(BaseFormSet):
    """The parties of one filing."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Tell each form how many parties there are, for the choice of whom counsel represent."""
        return {**super().get_form_kwargs(index), "count": self.total_form_count()}


Parties: Any = formset_factory(
    PartyEntry,
    formset=PartySet,
    extra=0,
    max_num=MOST_PARTIES,
    absolute_max=MOST_PARTIES + 1,
    validate_max=True,
)
PREFIX = "parties"


class Filing:
    """Form and parties together, as one page shows them."""

    def __init__(self, form: FilingForm, parties: PartySet) -> None:
        self.form, self.parties = form, parties

    @classmethod
    def blank(cls, court: Court, today: date) -> Filing:
        """Return an empty filing with one applicant and one debtor to fill in."""
        form = FilingForm(target=court, today=today)
        return cls(form, Parties(initial=START, prefix=PREFIX))

    @classmethod
    def posted(cls, data: Any, court: Court, today: date) -> Filing:
        """Return what was sent, to be checked."""
        return cls(FilingForm(data, target=court, today=today), Parties(data, prefix=PREFIX))

    @classmethod
    def reshaped(cls, data: Any, court: Court, today: date) -> Filing:
        """Return what was sent with one party more, or one fewer, not checked yet."""
        rows = _rows(data)
        dropped = _place(data.get("drop", ""))
        if dropped is not None and dropped < len(rows) and len(rows) > 1:
            rows.pop(dropped)
        elif "more" in data and len(rows) < MOST_PARTIES:
            rows.append({"kind": PartyKind.NATURAL})
        form = FilingForm(target=court, today=today, initial=data.dict())
        return cls(form, Parties(initial=rows, prefix=PREFIX))

    def is_valid(self) -> bool:
        """Check form and parties, both of them, so that every mistake is shown at once."""
        return all([self.form.is_valid(), self.parties.is_valid()])

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of ``file_case``."""
        return {**self.form.arguments(), "parties": [entry.party() for entry in self.parties]}

    def refuse(self, field: str | None, message: str) -> bool:
        """Put a refusal at the field it names; tell whether there was such a field."""
        place, _, name = (field or "").removeprefix("parties.").partition(".")
        nth = _place(place)
        if name and nth is not None and nth < len(self.parties.forms):
            entry = self.parties.forms[nth]
            if name in entry.fields:
                entry.add_error(name, message)
                return True
        if field in self.form.fields:
            self.form.add_error(field, message)
            return True
        return False


def _place(text: str) -> int | None:
    """Return a number somebody sent, None for what is none or could be no place in a list."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what was typed about each party, unchecked."""
    count = min(_place(data.get(f"{PREFIX}-TOTAL_FORMS", "0")) or 0, MOST_PARTIES)
    names = list(PartyEntry.base_fields)
    return [{n: data.get(f"{PREFIX}-{i}-{n}", "") for n in names} for i in range(count)]
