"""The rulebook holds every clock the law knows, or says why not; and the command that prints it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from deadlines import completeness
from deadlines.completeness import BEYOND, NO_RULE, compared, differing, listed
from deadlines.law import current
from deadlines.management.commands.rules import HEADINGS
from deadlines.rulebook import parse_rulebook
from deadlines.words import AREAS


def printed(*words: str) -> list[str]:
    """Return the lines of the command."""
    out = StringIO()
    call_command("rules", *words, stdout=out)
    return out.getvalue().splitlines()


def test_every_clock_of_the_list_is_a_rule_or_says_why_not() -> None:
    found = compared(current().rulebook)
    assert found.complete
    assert len(listed()) == 96
    assert len(found.ruled) + len(found.reasons) == len(listed())
    assert len(found.ruled) + len(found.beyond) == len(current().rulebook.codes())


def test_no_reason_outlives_what_it_explains() -> None:
    rows, codes = {row.code for row in listed()}, set(current().rulebook.codes())
    assert set(NO_RULE) == rows - codes
    assert set(BEYOND) == codes - rows


def test_a_number_of_the_list_is_the_number_of_the_rule() -> None:
    assert differing(current().rulebook) == []
    plain = [row for row in listed() if row.length is not None]
    assert len(plain) >= 70


def test_a_rule_that_goes_missing_or_changes_its_days_is_found() -> None:
    rule = """
        [assign_handler."2007-01-01"]
        name = "确定承办人"
        starts = ["case.filed"]
        stops = ["handler.assigned"]
        span = { n = 8, unit = "days" }
        severity = "flag"
        duty = "bureau"
        source = "x"
        confidence = "C5"
        checked_on = 2026-11-22
    """
    book = parse_rulebook(rule + rule.replace("assign_handler", "made_up"))
    found = compared(book)
    assert not found.complete
    assert "send_enforcement_notice" in found.missing
    assert found.unexplained == ("made_up",)
    assert [(row.code, row.span) for row, _ in differing(book)] == [("assign_handler", "7")]


def test_the_table_prints_every_rule_with_its_source_and_how_sure_it_is() -> None:
    lines = printed("--table")
    book = current().rulebook
    table = [dict(zip(HEADINGS, line.split("\t"), strict=True)) for line in lines if "\t" in line]
    rows = {row["代码"]: row for row in table[1:]}
    assert set(rows) == set(book.codes())
    for code, row in rows.items():
        rule = book.latest(code)
        assert rule is not None
        assert row["来源"] == rule.source
        assert row["可信度"] == rule.confidence + ("（待核实）" if rule.unsure else "")
        assert row["核对"] == rule.checked_on.isoformat()
    assert rows["case_limit"]["延长"] == "院长批准延长3个月"
    assert rows["first_auction_notice"]["期限"] == "30日、15日"
    assert rows["duban_escalate"]["起算"] == "“督办回报”逾期"
    assert "清单 96 项 = 规则 92 条 + 不作为规则 4 项" in lines


def test_the_table_can_be_narrowed_to_what_is_not_sure() -> None:
    codes = [line.split("\t")[0] for line in printed("--unsure") if "\t" in line][1:]
    book = current().rulebook
    assert set(codes) == {c for c in book.codes() if (r := book.latest(c)) and r.unsure}


def test_an_incomplete_rulebook_fails_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(completeness.NO_RULE, "extension_step")
    with pytest.raises(CommandError, match="不一致"):
        printed()


def test_every_area_of_the_rules_has_a_heading() -> None:
    assert {rule.area for rule in current().rulebook.rules} == set(AREAS)
