"""What was known as of a day: later things do not appear, and the answer never changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from petitions.snapshot import canonical, snapshot
from tests.builders import a_case, day
from tests.petitions.steps import Supervised


def known(under: Supervised, as_of: str, **data: Any) -> dict[str, Any]:
    """Return the snapshot as of a day."""
    return snapshot(under.case, day(as_of), **data)


class TestTime:
    """Two days decide: when it happened and when it was recorded."""

    def test_later_events_do_not_appear(self, under: Supervised) -> None:
        under.built.with_lead("11-13").measured("11-16")
        before, after = known(under, "11-12"), known(under, "11-16")

        assert [e["kind"] for e in before["events"]][-1] == "notice.sent"
        assert (before["leads"], before["measures"]) == ([], [])
        assert len(after["leads"]) == len(after["measures"]) == 1

    def test_what_happened_earlier_but_was_recorded_later_does_not_appear(
        self, under: Supervised
    ) -> None:
        under.built.with_lead("11-10", seen="11-16")
        assert known(under, "11-13")["leads"] == []
        assert known(under, "11-16")["leads"][0]["submitted_on"] == "2026-11-10"

    def test_the_same_day_gives_the_same_words_for_ever(self, under: Supervised) -> None:
        under.made["petition"] = under.answered()
        review = under.concluded("11-19")
        first = canonical(known(under, "11-19", review=review))

        under.built.with_lead("11-20").verified("11-21").measured("11-21")
        under.built.corrected("11-22", "notice.sent", "11-06")
        under.built.reassigned("11-22", to=under.people.zhou)
        under.built.swept("11-23")
        under.ordered("11-23")
        assert canonical(known(under, "11-19", review=review)) == first
        assert canonical(known(under, "11-23", review=review)) != first

    def test_a_correction_counts_from_the_day_it_was_recorded(self, under: Supervised) -> None:
        under.built.corrected("11-16", "notice.sent", "11-06")

        def notice(as_of: str) -> tuple[str, str, int]:
            facts = known(under, as_of)
            event = next(e for e in facts["events"] if e["kind"] == "notice.sent")
            late = next(c for c in facts["clocks"] if c["rule"] == "send_enforcement_notice")
            return event["on"], event["first_on"], late["days_late"]

        assert notice("11-13") == ("2026-11-12", "2026-11-12", 3)
        assert notice("11-16") == ("2026-11-06", "2026-11-12", 0)

    def test_a_voided_event_is_shown_as_void_and_counts_for_nothing(
        self, under: Supervised
    ) -> None:
        under.built.measured("11-13").corrected("11-16", "measure.taken")
        facts = known(under, "11-16")

        voids = [e["label"] for e in facts["events"] if e["void"]]
        assert voids == ["采取控制措施"]
        assert facts["measures"] == []
        assert len(known(under, "11-13")["measures"]) == 1

    def test_the_finding_of_a_lead_is_the_one_of_that_day(self, under: Supervised) -> None:
        under.built.with_lead("11-13").verified("11-14", finding="账户存在。")
        under.built.corrected("11-16", "lead.verified").verified(
            "11-17", "false", finding="账户已经注销。"
        )
        (early,), (late,) = (known(under, d)["leads"] for d in ("11-14", "11-17"))

        assert (early["result"], early["finding"]) == ("属实", "")
        assert (late["result"], late["finding"]) == ("不属实", "账户已经注销。")


class TestFacts:
    """What a snapshot holds."""

    def test_the_card_of_the_case(self, under: Supervised) -> None:
        card = known(under, "11-13")["case"]
        assert card["court"] == "商洛市商州区人民法院"
        assert (card["filed_on"], card["received_on"]) == ("2026-11-02", "2026-11-04")
        assert (card["amount"], card["state"], card["closed_on"]) == ("100000.00", "执行中", "")

    def test_the_state_is_the_one_of_that_day(self, under: Supervised) -> None:
        under.built.suspended("11-16").resumed("11-18")
        states = [known(under, d)["case"]["state"] for d in ("11-02", "11-03", "11-16", "11-18")]
        assert states == ["待分案", "已分案", "中止执行", "执行中"]

    def test_handlers_with_their_terms(self, under: Supervised) -> None:
        under.built.reassigned("11-16", to=under.people.zhou)
        assert [h["name"] for h in known(under, "11-13")["handlers"]] == ["林法官"]
        terms = known(under, "11-16")["handlers"]
        assert [(t["name"], t["first_day"], t["last_day"]) for t in terms] == [
            ("林法官", "2026-11-03", "2026-11-15"),
            ("周法官", "2026-11-16", ""),
        ]

    def test_parties_by_name_without_their_numbers(self, under: Supervised) -> None:
        facts = known(under, "11-13")
        assert [(p["role"], p["name"]) for p in facts["parties"]] == [
            ("申请执行人", "陈某"),
            ("被执行人", "商洛某某建设有限公司"),
        ]
        text = canonical(facts)
        for party in under.case.parties.all():
            assert party.id_number not in text
            assert not party.phone or party.phone not in text

    def test_clocks_as_of_the_day(self, under: Supervised) -> None:
        def status(as_of: str) -> str:
            clocks = known(under, as_of)["clocks"]
            found = next(c for c in clocks if c["rule"] == "send_enforcement_notice")
            return str(found["status"])

        assert [status(d) for d in ("11-04", "11-09", "11-10", "11-12")] == [
            "running",
            "amber",
            "overdue",
            "late",
        ]

    def test_flags_with_what_was_said_by_then(self, under: Supervised) -> None:
        people, built = under.people, under.built
        built.swept("11-13")
        flag = built.flag("send_enforcement_notice")
        under.do("demand_explanation", flag, "11-16", people.qin)
        under.do("explain_flag", flag, "11-17", people.lin, ground="workload", text="案件多。")
        under.do("uphold_flag", flag, "11-18", people.he, ground="不是正当理由。")

        def standing(as_of: str) -> tuple[str, bool, int]:
            (found,) = known(under, as_of)["flags"]
            return found["standing"], bool(found["explanation"]), len(found["reviews"])

        assert known(under, "11-12")["flags"] == []
        assert standing("11-13") == ("尚未审查", False, 0)
        assert standing("11-17") == ("尚未审查", True, 0)
        assert standing("11-18") == ("认定超期", True, 1)
        assert known(under, "11-18")["flags"][0]["holder"] == "林法官"

    def test_a_withdrawn_flag_is_gone_from_the_day_of_its_withdrawal(
        self, under: Supervised
    ) -> None:
        under.built.swept("11-13")
        under.built.corrected("11-16", "notice.sent", "11-06").swept("11-16")
        assert len(known(under, "11-13")["flags"]) == 1
        assert known(under, "11-16")["flags"] == []

    def test_petition_and_findings_of_both_tracks(self, under: Supervised) -> None:
        under.made["petition"] = petition = under.answered()
        facts = known(under, "11-19", review=under.concluded("11-19"))

        assert facts["petition"]["number"] == petition.number
        assert facts["petition"]["outcome"] == "属实"
        first, second = facts["review"]["clues"]
        assert first["findings"]["case"]["evidence"] == [3, 4]
        assert {t: f["answer"] for t, f in second["findings"].items()} == {
            "case": "无法查实",
            "conduct": "不属实",
        }
        assert facts["review"]["conclusion_label"] == "消极执行"

    def test_the_events_of_the_review_itself_stay_out(self, under: Supervised) -> None:
        review = under.concluded("11-19")
        kinds = {e["kind"] for e in known(under, "11-19", review=review)["events"]}
        assert not {k for k in kinds if k.startswith(("review.", "report."))}

    def test_orders_with_the_replies_known_by_then(self, under: Supervised) -> None:
        order = under.ordered("11-18")
        under.do("reply_order", order, "11-20", under.people.qin, text="已经核查。")
        assert known(under, "11-17")["orders"] == []
        (sent,), (replied,) = (known(under, d)["orders"] for d in ("11-18", "11-20"))
        assert (sent["replies"], len(replied["replies"])) == ([], 1)

    def test_a_case_just_filed_has_a_snapshot_too(self, under: Supervised) -> None:
        under.built = a_case(under.people).filed("11-20")
        facts = known(under, "11-20")
        assert (facts["handlers"], facts["flags"], facts["petition"]) == ([], [], {})

    @pytest.mark.parametrize("with_review", [False, True])
    def test_it_is_json_and_reads_back_equal(self, under: Supervised, with_review: bool) -> None:
        review = under.concluded("11-19") if with_review else None
        facts = known(under, "11-20", review=review)
        assert json.loads(canonical(facts)) == facts
