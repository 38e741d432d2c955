"""Causes of action: loaded from the shipped list, and loaded again without a change."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cases.models import Cause
from enforcement.reference import data_file, read_rows

pytestmark = pytest.mark.django_db


def load(**options: object) -> str:
    """Run the command and return what it says."""
    out = io.StringIO()
    call_command("load_reference", stdout=out, **options)
    return out.getvalue()


def test_every_cause_of_the_list_is_there_with_its_kind() -> None:
    assert "causes 1736 added" in load()
    counts = {kind: Cause.objects.filter(case_type=kind).count() for kind in Cause.CaseType}
    assert counts == {"civil": 1048, "criminal": 512, "administrative": 176}


def test_a_second_run_changes_nothing_and_says_so() -> None:
    load()
    said = load()
    assert "0 added, 0 changed, 1736 unchanged" in said
    assert "nothing to change" in said


def test_a_changed_name_is_brought_back_and_a_cause_of_ones_own_stays() -> None:
    load()
    Cause.objects.filter(code="9003").update(name="错")
    Cause.objects.create(code="X1", name="本地案由", case_type="civil", level=1, path="本地案由")
    assert "0 added, 1 changed" in load()
    assert Cause.objects.get(code="9003").name == "生命权、身体权、健康权纠纷"
    assert Cause.objects.filter(code="X1").exists()


def test_only_leaves_can_be_picked_and_search_finds_by_part_of_the_name() -> None:
    load()
    assert not Cause.objects.pickable().filter(code="9001").exists()
    assert Cause.objects.pickable().filter(code="9003").exists()
    found = Cause.objects.search(" 民间借贷 ")
    assert "民间借贷纠纷" in {cause.name for cause in found}


def test_a_bad_list_changes_nothing(tmp_path: Path) -> None:
    rows = read_rows(data_file("causes.csv"))[:1]
    path = tmp_path / "causes.csv"
    path.write_text(
        ",".join(rows[0]) + "\n" + ",".join(rows[0].values()).replace("civil", "odd") + "\n",
        encoding="utf-8",
    )
    with pytest.raises(CommandError, match="odd"):
        load(causes=path)
    with pytest.raises(CommandError, match="nothing was loaded"):
        load(causes=tmp_path / "absent.csv")
    assert not Cause.objects.exists()
