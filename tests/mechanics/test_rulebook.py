"""The rulebook: versions, what is refused at reading, what is wrong with a readable rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from deadlines.rulebook import (
    RulebookError,
    check_rules,
    load_rulebook,
    parse_rulebook,
)

KINDS = {"a.begun", "a.done", "b.ended", "flag.raised", "explanation.demanded"}
VOCABULARY = (
    '[exclusions.pause]\nname = "停"\n[exclusions.post]\nname = "寄"\n'
    '[groups]\nG = ["pause", "post"]\n'
)


def rule(head: str = '[r."2020-01-01"]', extra: str = "", **changes: str) -> str:
    """TOML of one rule; a change replaces a line, an empty one leaves it out."""
    lines = {
        "name": 'name = "试验期限"',
        "starts": 'starts = ["a.begun"]',
        "stops": 'stops = ["a.done"]',
        "span": 'span = { n = 7, unit = "days" }',
        "severity": 'severity = "flag"',
        "duty": 'duty = "handler"',
        "source": 'source = "某规定第1条"',
        "confidence": 'confidence = "TXT"',
        "checked_on": "checked_on = 2026-11-22",
    } | changes
    return "\n".join([head, *filter(None, lines.values()), extra]) + "\n"


class TestVersions:
    BOOK = parse_rulebook(
        rule()
        + rule('[r."2024-06-01"]', span='span = { n = 9, unit = "days" }')
        + rule('[old."2010-01-01"]', "last_day = 2015-12-31\nrepealed = '某决定'")
    )

    def test_the_version_in_force_is_the_last_one_begun(self) -> None:
        assert self.BOOK.in_force("r", date(2019, 12, 31)) is None
        for day, n in [("2020-01-01", 7), ("2024-05-31", 7), ("2024-06-01", 9), ("2099-01-01", 9)]:
            found = self.BOOK.in_force("r", date.fromisoformat(day))
            assert found is not None
            assert found.n == n

    def test_a_repealed_rule_is_in_force_to_its_last_day(self) -> None:
        assert self.BOOK.in_force("old", date(2015, 12, 31)) is not None
        assert self.BOOK.in_force("old", date(2016, 1, 1)) is None

    def test_versions_are_listed_oldest_first_and_an_unknown_code_has_none(self) -> None:
        assert [r.first_day.year for r in self.BOOK.versions("r")] == [2020, 2024]
        assert self.BOOK.versions("nothing") == ()
        assert self.BOOK.in_force("nothing", date(2026, 1, 1)) is None
        assert self.BOOK.latest("nothing") is None

    def test_rules_are_found_by_the_event_that_starts_them(self) -> None:
        assert [v.code for v in self.BOOK.by_start["a.begun"]] == ["old", "r"]
        assert "a.done" not in self.BOOK.by_start

    def test_a_rule_may_be_split_over_files(self) -> None:
        book = parse_rulebook({"one": rule(), "two": rule('[r."2024-06-01"]')})
        assert len(book.versions("r")) == 2


class TestToken:
    def test_a_remark_or_a_new_check_moves_no_sheet(self) -> None:
        noted = rule(extra='note = "说明"', checked_on="checked_on = 2027-01-01")
        assert parse_rulebook(noted).token == parse_rulebook(rule()).token

    @pytest.mark.parametrize(
        "changed",
        [
            rule(span='span = { n = 8, unit = "days" }'),
            rule(span='span = { n = 7, unit = "workdays" }'),
            rule(severity='severity = "warn"'),
            rule(extra="amber_days = 2"),
            rule(extra='ends = ["b.ended"]'),
            rule('[r."2020-01-02"]'),
            rule() + rule('[s."2020-01-01"]'),
        ],
    )
    def test_whatever_can_move_a_clock_changes_the_token(self, changed: str) -> None:
        assert parse_rulebook(changed).token != parse_rulebook(rule()).token

    def test_changing_a_group_changes_the_token_of_the_rules_that_use_it(self) -> None:
        using = rule(extra='exclusions = ["G"]')
        less = VOCABULARY.replace('["pause", "post"]', '["pause"]')
        assert parse_rulebook(VOCABULARY + using).token != parse_rulebook(less + using).token


class TestReading:
    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            (rule(source=""), "'source' is missing"),
            (rule(source='source = " "'), "'source' must be a text"),
            (rule(name=""), "'name' is missing"),
            (rule(confidence=""), "'confidence' is missing"),
            (rule(checked_on=""), "'checked_on' is missing"),
            (rule(checked_on="checked_on = 2026-11-22T10:00:00"), "'checked_on' is not a day"),
            (rule(span=""), "'span' is missing"),
            (rule(span='span = { unit = "days" }'), "needs a number"),
            (rule(span='span = { n = -1, unit = "days" }'), "whole number"),
            (rule(span='span = { n = 1.5, unit = "days" }'), "whole number"),
            (rule(span='span = { n = 7, unit = "weeks" }'), "'unit' is 'weeks'; allowed: days"),
            (rule(span='span = { n = 99999, unit = "days" }'), "too long"),
            (rule(span="span = 7"), "'span' must be a table"),
            (rule(severity='severity = "loud"'), "'severity' is 'loud'"),
            (rule(duty='duty = "nobody"'), "'duty' is 'nobody'"),
            (rule(starts='starts = "a.begun"'), "'starts' must be a list"),
            (rule(extra='unknown_key = "x"'), "unknown key 'unknown_key'"),
            (rule(extra="amber_days = true"), "'amber_days'"),
            (rule(extra='applies_to_running = "yes"'), "true or false"),
            (rule(extra='kind = "hope"'), "'kind' is 'hope'"),
            (rule(extra="when = 3"), "'when' must be a table"),
            (rule(extra='extendable = { n = 3, unit = "months" }'), "'by' is missing"),
            (rule('[r."yesterday"]'), "YYYY-MM-DD"),
            ('r = "x"\n', "must hold tables"),
            ("[r\n", "rules:"),
            ("[exclusions.pause]\n" + rule(), "needs a name"),
            ('[groups]\nG = "pause"\n' + rule(), "must be a list of exclusion kinds"),
        ],
    )
    def test_a_table_that_cannot_be_read_is_refused_and_named(self, text: str, fault: str) -> None:
        with pytest.raises(RulebookError, match=fault):
            parse_rulebook(text)

    def test_every_fault_is_told_at_once(self) -> None:
        with pytest.raises(RulebookError) as caught:
            parse_rulebook(rule(source="", name="", severity='severity = "loud"'))
        assert len(caught.value.faults) == 3

    def test_one_version_defined_in_two_files_is_refused(self) -> None:
        with pytest.raises(RulebookError, match="defined twice"):
            parse_rulebook({"one": rule(), "two": rule()})

    def test_the_first_day_may_be_a_bare_key(self) -> None:
        assert parse_rulebook(rule("[r.2020-01-01]")).versions("r")[0].first_day.year == 2020

    def test_a_folder_is_read_and_an_empty_one_refused(self, tmp_path: Path) -> None:
        with pytest.raises(RulebookError, match="no rule file"):
            load_rulebook(tmp_path)
        (tmp_path / "x.toml").write_text(rule(), encoding="utf-8")
        assert load_rulebook(tmp_path).codes() == ("r",)

    def test_the_check_never_raises_and_says_the_same(self, tmp_path: Path) -> None:
        (tmp_path / "x.toml").write_text(rule(source=""), encoding="utf-8")
        assert check_rules(KINDS, tmp_path) == ["r 2020-01-01: 'source' is missing"]
        (tmp_path / "x.toml").write_text(rule(), encoding="utf-8")
        assert check_rules(KINDS, tmp_path) == []
        assert check_rules({"a.begun"}, tmp_path) == [
            "r 2020-01-01: unknown event kind 'a.done' in stops"
        ]


class TestProblems:
    def problems(self, text: str) -> list[str]:
        return parse_rulebook(VOCABULARY + text).problems(KINDS)

    def test_a_sound_rule_has_none(self) -> None:
        assert self.problems(rule(extra='exclusions = ["G"]\nends = ["b.ended"]')) == []

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (rule(starts='starts = ["a.begin"]'), "unknown event kind 'a.begin' in starts"),
            (rule(extra='ends = ["b.end"]'), "unknown event kind 'b.end' in ends"),
            (rule(extra='exclusions = ["H"]'), "unknown exclusion kind or group 'H'"),
            (rule(confidence='confidence = "TXT/SURE"'), "unknown confidence mark 'SURE'"),
            (rule(starts="starts = []"), "nothing starts it"),
            (rule(stops="stops = []"), "nothing can perform it"),
            (rule(stops='stops = ["a.begun"]'), "'a.begun' both starts and stops it"),
            (rule(extra="last_day = 2019-01-01"), "before its first day"),
            (rule(extra='repealed = "x"'), "'repealed' needs 'last_day'"),
        ],
    )
    def test_a_senseless_rule_is_named(self, text: str, problem: str) -> None:
        (found,) = self.problems(text)
        assert found.startswith("r 2020-01-01: ")
        assert problem in found

    def test_versions_must_not_overlap(self) -> None:
        (found,) = self.problems(rule(extra="last_day = 2024-06-01") + rule('[r."2024-06-01"]'))
        assert "overlap" in found

    def test_versions_must_not_leave_a_gap_unless_the_rule_was_repealed(self) -> None:
        older = rule(extra="last_day = 2024-01-31")
        (found,) = self.problems(older + rule('[r."2024-06-01"]'))
        assert "gap: no version from 2024-02-01" in found
        repealed = rule(extra="last_day = 2024-01-31\nrepealed = '某决定'")
        assert self.problems(repealed + rule('[r."2024-06-01"]')) == []

    def test_neighbouring_versions_are_sound(self) -> None:
        assert self.problems(rule(extra="last_day = 2024-05-31") + rule('[r."2024-06-01"]')) == []

    @pytest.mark.parametrize("kind", ["flag.raised", "explanation.demanded"])
    def test_what_a_flag_causes_must_not_start_a_clock_that_flags(self, kind: str) -> None:
        (found,) = self.problems(rule(starts=f'starts = ["{kind}"]'))
        assert "must not start a clock that flags" in found

    def test_an_explanation_may_escalate_but_a_raised_flag_may_not_start_even_that(self) -> None:
        escalate = 'severity = "escalate"'
        demanded = rule(starts='starts = ["explanation.demanded"]', severity=escalate)
        assert self.problems(demanded) == []
        raised = rule(starts='starts = ["flag.raised"]', severity=escalate)
        assert len(self.problems(raised)) == 1


class TestConfidence:
    @pytest.mark.parametrize(
        ("mark", "unsure"),
        [("TXT", False), ("C2", False), ("C5/TXT", False), ("C1", True), ("ART", True),
         ("MEM", True), ("C1/MEM", True), ("INF", True)],
    )  # fmt: skip
    def test_a_mark_that_rests_on_one_page_or_less_is_unsure(self, mark: str, unsure: bool) -> None:
        (found,) = parse_rulebook(rule(confidence=f'confidence = "{mark}"')).rules
        assert found.unsure is unsure
