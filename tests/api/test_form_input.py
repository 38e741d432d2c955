"""Forms read from JSON and from multipart: the same form, the same words, no guessing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from cases.forms import choice_field, day_field, money_field
from enforcement.rest.form_input import Read
from enforcement.rest.form_schema import example_of, schema_of


class Sample(forms.Form):
    """One field of every kind."""

    text = forms.CharField(label="文字", max_length=20)
    more = forms.CharField(required=False)
    day = day_field("日期", required=False)
    amount = money_field("金额", required=False)
    count = forms.IntegerField(required=False, min_value=1, max_value=9)
    days = forms.IntegerField(initial=15)
    kind = choice_field("种类", [("a", "甲"), ("b", "乙")], required=False)
    several = forms.MultipleChoiceField(choices=[("a", "甲"), ("b", "乙")], required=False)
    numbers = forms.TypedMultipleChoiceField(
        coerce=int, choices=[(3, "三"), (4, "四")], required=False
    )
    yes = forms.BooleanField(required=False)
    file = forms.FileField(required=False)


def wrong(body: Mapping[str, Any], *, typed: bool = True, files: Any = None) -> dict[str, str]:
    """Return field → code of what is wrong with a body."""
    return {w.field: w.code for w in Read(Sample({}, files), body, typed=typed).wrong()}


def clean(body: Mapping[str, Any], *, typed: bool = True, files: Any = None) -> dict[str, Any]:
    """Return what the form made of a good body."""
    form = Sample({}, files)
    Read(form, body, typed=typed).check()
    return form.cleaned_data


FULL = {
    "text": "好",
    "day": "2026-11-24",
    "amount": "12.30",
    "count": 3,
    "kind": "a",
    "several": ["a", "b"],
    "numbers": [4],
    "yes": True,
}


def test_every_kind_of_value_is_read() -> None:
    found = clean(FULL)
    assert found["amount"] == Decimal("12.30")
    assert (found["count"], found["numbers"], found["yes"]) == (3, [4], True)
    assert found["days"] == 15


def test_multipart_says_the_same_in_texts() -> None:
    texts = {**FULL, "count": "3", "numbers": ["4"], "yes": "true"}
    assert clean(texts, typed=False) == clean(FULL)


def test_what_is_left_out_and_what_is_null_are_the_same() -> None:
    nothing = {name: None for name in FULL if name != "text"}
    assert clean({"text": "好", **nothing}) == clean({"text": "好"})


def test_a_file_comes_beside_the_texts_and_never_in_json() -> None:
    files = {"file": SimpleUploadedFile("a.txt", b"one")}
    assert clean({"text": "好"}, typed=False, files=files)["file"].read() == b"one"
    assert wrong({"text": "好", "file": "one"}) == {"file": "input.file"}


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, {"text": "input.required"}),
        ({"text": 1}, {"text": "input.string"}),
        ({"text": "好", "yes": "yes"}, {"yes": "input.boolean"}),
        ({"text": "好", "several": "a"}, {"several": "input.array"}),
        ({"text": "好", "several": ["c"]}, {"several": "input.invalid_choice"}),
        ({"text": "好", "numbers": ["4"]}, {"numbers": "input.integer"}),
        ({"text": "好", "numbers": [5]}, {"numbers": "input.invalid_choice"}),
        ({"text": "好", "count": 10}, {"count": "input.max_value"}),
        ({"text": "好", "nothing": 1}, {"nothing": "input.unknown"}),
        ({"text": "好", "kind": ""}, {"kind": "input.invalid_choice"}),
    ],
)
def test_a_wrong_value_is_named(body: dict[str, Any], codes: dict[str, str]) -> None:
    assert wrong(body) == codes


@pytest.mark.parametrize("yes", ["", "1", "on", "True", "nein"])
def test_multipart_knows_no_other_words_for_truth(yes: str) -> None:
    assert wrong({"text": "好", "yes": yes}, typed=False) == {"yes": "input.boolean"}


def test_the_schema_says_what_the_form_reads() -> None:
    schema = schema_of(Sample())
    assert schema["required"] == ["text"]
    assert schema["additionalProperties"] is False
    fields = schema["properties"]
    assert fields["kind"]["enum"] == ["a", "b", None]
    assert fields["kind"]["description"] == "a 甲，b 乙"
    assert fields["several"]["items"]["enum"] == ["a", "b"]
    assert fields["numbers"]["items"] == {
        "type": "integer",
        "enum": [3, 4],
        "description": "3 三，4 四",
    }
    assert (fields["days"]["default"], fields["days"]["type"]) == (15, ["integer", "null"])
    assert fields["text"] | {"maxLength": 20, "minLength": 1} == fields["text"]
    assert not wrong(example_of(schema))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=True)
    | st.text()
    | st.dates().map(str),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*Sample.base_fields, "extra"]), JSON))
def test_no_body_whatever_breaks_the_reading(body: dict[str, Any]) -> None:
    form = Sample({})
    mistakes = Read(form, body).wrong()
    assert all(m.code and m.detail for m in mistakes)
    assert bool(mistakes) or form.is_valid()
