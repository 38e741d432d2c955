"""The table of event kinds: each is told in words, in one place, and to the right people."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from cases.history import GROUPS
from cases.kinds import KINDS, Audience, Kind, register
from cases.models import CaseEvent

EACH = [pytest.param(kind, id=code) for code, kind in sorted(KINDS.items())]


@pytest.mark.parametrize("kind", EACH)
def test_a_sentence_speaks_only_of_fields_that_the_kind_carries(kind: Kind) -> None:
    named = {
        name for text in (kind.sentence, kind.plain) for _, name, _, _ in Formatter().parse(text)
    }
    assert named - {None} <= kind.fields
    assert kind.sentence.endswith("。")


@pytest.mark.parametrize("kind", EACH)
def test_a_code_is_a_noun_and_what_happened_and_fits_its_column(kind: Kind) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", kind.code)
    length = CaseEvent._meta.get_field("kind").max_length
    assert length is not None
    assert len(kind.code) <= length


@pytest.mark.parametrize("kind", EACH)
def test_a_layman_reads_only_what_the_parties_may_see(kind: Kind) -> None:
    if kind.plain:
        assert kind.audience == Audience.PARTY
        assert kind.plain.endswith("。")


def test_what_a_debtor_could_thwart_is_not_told_to_the_parties() -> None:
    secret = {"asset.found", "query.done", "search.approved", "exit_ban.proposed", "referral.sent"}
    assert {KINDS[code].audience for code in secret} == {Audience.COURT}
    assert KINDS["measure.taken"].audience == Audience.PARTY


@pytest.mark.parametrize("kind", EACH)
def test_every_kind_stands_under_a_heading_of_the_timeline(kind: Kind) -> None:
    found = [name for name, (_, starts) in GROUPS.items() if kind.code.startswith(starts)]
    assert found, kind.code


def test_two_kinds_under_one_code_are_refused_and_the_same_twice_is_not() -> None:
    kind = KINDS["case.filed"]
    register([kind])
    with pytest.raises(ValueError, match=r"case\.filed is registered twice"):
        register([Kind("case.filed", "别的", "别的。")])
