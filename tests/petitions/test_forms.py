"""Forms: what they offer, what they hand to the verb, and that every verb has one that works."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from cases.verb import VERBS, offers
from petitions import forms
from tests.builders import at, day, enforcing
from tests.people import again
from tests.petitions.steps import TEXT, Supervised

TODAY = day("11-23")


def filled(form: type[forms.VerbForm], target: Any, **data: Any) -> dict[str, Any]:
    """Return the arguments a form hands to its verb."""
    made = form(data, target=target, today=TODAY)
    assert made.is_valid(), made.errors
    return made.arguments()


def ours() -> list[str]:
    """Return the names of this app's verbs."""
    return [v.name for v in VERBS.values() if v.target.__module__.startswith("petitions")] + [
        "file_petition",
        "open_review",
        "issue_order",
    ]


@pytest.mark.parametrize("name", ours())
def test_every_verb_names_a_form_that_exists(name: str) -> None:
    path = VERBS[name].form
    if name == "read_answer":
        assert path == ""
        return
    module, _, cls = path.rpartition(".")
    assert issubclass(getattr(import_module(module), cls), forms.VerbForm)


class TestThroughTheForms:
    """The whole way, each act from what its form hands over."""

    def test_from_petition_to_order(self, under: Supervised) -> None:
        people, case = under.people, under.case
        run = {name: VERBS[name].run for name in ours()}
        entry = filled(
            forms.FilePetitionForm,
            case,
            on="2026-11-13",
            channel="visit",
            party=under.applicant.pk,
            kind="passive",
            text=TEXT,
        )
        petition = run["file_petition"](case, by=people.xu, now=at("11-13"), **entry)
        entry = filled(forms.RegisterPetitionForm, petition, handler=people.xu.pk)
        run["register_petition"](petition, by=people.xu, now=at("11-16"), **entry)
        entry = filled(
            forms.AnswerPetitionForm,
            petition,
            outcome="founded",
            answer="属实。",
            delivery="portal",
        )
        run["answer_petition"](petition, by=people.xu, now=at("11-17"), **entry)

        entry = filled(
            forms.OpenReviewForm,
            case,
            case_reviewer=people.he.pk,
            conduct_reviewer=people.song.pk,
            petition=petition.pk,
            clues="执行通知书迟延\n\n 态度生硬 ",
        )
        assert entry["clues"] == ["执行通知书迟延", "态度生硬"]
        review = run["open_review"](case, by=under.head, now=at("11-17"), **entry)
        for clue in review.clues.all():
            for reviewer in (people.he, people.song):
                entry = filled(
                    forms.AnswerClueForm, clue, answer="yes", text="属实。", evidence=["3", "4"]
                )
                assert entry["evidence"] == [3, 4]
                run["answer_clue"](clue, by=reviewer, now=at("11-18"), **entry)
        entry = filled(
            forms.ProposeConclusionForm,
            review,
            conclusion="passive",
            reasons="没有正当理由。",
            remedies=["correct"],
            proposals="整改",
        )
        run["propose_conclusion"](review, by=people.he, now=at("11-18"), **entry)
        entry = filled(forms.SignConclusionForm, review, summary="无")
        run["conclude_review"](review, by=people.song, now=at("11-19"), **entry)
        entry = filled(forms.DraftReportForm, review, as_of="2026-11-19")
        report = run["draft_report"](review, by=people.he, now=at("11-19"), **entry)
        run["issue_report"](report, by=under.president, now=at("11-20"))
        entry = filled(
            forms.IssueOrderForm,
            case,
            report=report.pk,
            petition=petition.pk,
            facts="迟延。",
            demands="核查\n回报",
            reply_days="10",
        )
        order = run["issue_order"](case, by=people.he, now=at("11-20"), **entry)
        entry = filled(forms.ReplyOrderForm, order, text="已经核查。")
        run["reply_order"](order, by=people.qin, now=at("11-23"), **entry)

        assert order.number == "陕10执督函〔2026〕1号"
        assert order.state == "replied"


class TestChoices:
    """What the drop-downs offer."""

    def test_reviewers_are_people_of_courts_above_with_the_post_of_the_track(
        self, under: Supervised
    ) -> None:
        form = forms.OpenReviewForm(target=under.case, today=TODAY)
        shown = {
            name: {label for _, label in form.fields[name].choices if label}  # type: ignore[attr-defined]
            for name in ("case_reviewer", "conduct_reviewer")
        }
        assert "何督导（陕西省商洛市中级人民法院 上级执行局）" in shown["case_reviewer"]
        assert "贺局长（陕西省商洛市中级人民法院 执行局长）" in shown["case_reviewer"]
        assert not any("秦局长" in label for label in shown["case_reviewer"])
        assert any("宋督察" in label for label in shown["conduct_reviewer"])
        assert not any("何督导" in label for label in shown["conduct_reviewer"])

    def test_petitions_and_reports_of_other_cases_are_not_offered(self, under: Supervised) -> None:
        petition = under.filed()
        elsewhere = replace(under, built=enforcing(under.people, "11-03"))
        assert elsewhere.filed().case != petition.case
        form = forms.IssueOrderForm(target=under.case, today=TODAY)
        assert list(form.fields["petition"].queryset) == [petition]  # type: ignore[attr-defined]
        assert list(form.fields["report"].queryset) == []  # type: ignore[attr-defined]

    def test_evidence_is_the_timeline(self, under: Supervised) -> None:
        clue = under.opened().clues.first()
        form = forms.AnswerClueForm(target=clue, today=TODAY)
        choices = form.fields["evidence"].choices  # type: ignore[attr-defined]
        assert [value for value, _ in choices] == [1, 2, 3, 4, 5]
        assert choices[3][1] == "第4项　2026-11-12　发出执行通知书"

    def test_an_event_that_is_not_there_is_an_error_of_the_field(self, under: Supervised) -> None:
        clue = under.opened().clues.first()
        form = forms.AnswerClueForm(
            {"answer": "yes", "text": "属实。", "evidence": ["99"]}, target=clue, today=TODAY
        )
        assert form.errors["evidence"] == ["案件时间线没有第 99 项记录。"]

    def test_the_phone_form_asks_for_two_things_only(self, under: Supervised) -> None:
        assert list(forms.PortalPetitionForm(target=under.case).fields) == ["kind", "text"]
        assert filled(forms.PortalPetitionForm, under.case, kind="other", text="请回电。") == {
            "kind": "other",
            "text": "请回电。",
        }

    def test_missing_input_says_what_to_do(self, under: Supervised) -> None:
        form = forms.AnswerPetitionForm({}, target=under.filed(), today=TODAY)
        assert form.errors == {
            "outcome": ["请选择办理结果。"],
            "answer": ["请填写答复内容。"],
            "delivery": ["请选择送达方式。"],
        }


class TestOffers:
    """What a page offers a person, with the reasons for the rest."""

    def test_a_clerk_is_offered_to_register_and_told_why_not_to_close(
        self, under: Supervised
    ) -> None:
        petition = under.filed()
        found = {o.verb.name: o for o in offers(petition, again(under.people.xu), TODAY)}

        assert {name for name, o in found.items() if o.allowed} == {
            "register_petition",
            "transfer_petition",
        }
        closing = found["close_petition"].refusal
        assert closing is not None
        assert closing.code == "petition.no_answer"

    def test_the_case_page_offers_supervision_to_the_court_above_alone(
        self, under: Supervised
    ) -> None:
        def may(name: str) -> set[str]:
            user = again(getattr(under.people, name))
            given = {o.verb.name for o in offers(under.case, user, TODAY) if o.allowed}
            return given & {"open_review", "issue_order", "file_petition"}

        assert may("he") == {"open_review", "issue_order"}
        assert may("song") == {"open_review"}
        assert may("xu") == {"file_petition"}
        assert may("lin") == may("qin") == set()
