"""Input forms of the petition and supervision verbs; one form serves the page and the API."""

from __future__ import annotations

from typing import Any

from django import forms

from cases import kinds
from cases.forms import VerbForm, choice_field, day_field
from cases.models import Case, Party
from cases.timeline import events_of
from enforcement.models import Post
from petitions.actions.orders import LONGEST, REPLY_DAYS
from petitions.duties import HANDLERS, TRACK_ROLES
from petitions.fields import PickPerson, line_of, lines_of, pick, text_field
from petitions.machine import ReportState
from petitions.models import (
    Answer,
    Channel,
    Clue,
    Conclusion,
    Delivery,
    DualReview,
    Outcome,
    Petition,
    PetitionKind,
    Remedy,
    Report,
    Source,
    Track,
)


class PortalPetitionForm(VerbForm):
    """What a party fills in on the phone page; who they are and the files come from the page."""

    kind = choice_field("反映类型", PetitionKind.choices)
    text = text_field(
        "反映内容", rows=6, help_text="写明时间、经过和您的请求；请不要填写他人的证件号码"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Leave the day to today."""
        super().__init__(*args, **kwargs)
        self.fields.pop("on")


class FilePetitionForm(VerbForm):
    """录入来信来访."""

    on = day_field("收到日", required=False, help_text="不填即为今天")
    channel = choice_field("来源", Channel.choices)
    party = pick("信访人（本案当事人）", help_text="不是当事人的，填写下面的姓名")
    petitioner = forms.CharField(label="信访人姓名", max_length=120, required=False)
    contact = forms.CharField(label="联系方式", max_length=120, required=False)
    kind = choice_field("反映类型", PetitionKind.choices)
    text = text_field("反映内容", rows=6)
    court = pick("答复法院", help_text="不选即为办案法院")

    def fit(self, target: Case) -> None:
        """Offer the parties of the case, its court and the courts above."""
        self.fields["party"].queryset = Party.objects.filter(case=target).order_by("id")  # type: ignore[attr-defined]
        self.fields["court"].queryset = line_of(target.court)  # type: ignore[attr-defined]


class RegisterPetitionForm(VerbForm):
    """登记信访."""

    handler = PickPerson("办理人", required=False, help_text="不选即为登记人")

    def fit(self, target: Petition) -> None:
        """Offer the petition clerks and leaders of the answering court and the courts above."""
        posts = Post.objects.in_force(self.today or target.filed_on).filter(role__in=HANDLERS)
        field = self.fields["handler"]
        assert isinstance(field, PickPerson)  # noqa: S101 - tells mypy
        field.offer(posts.filter(court__in=line_of(target.court)).select_related("court"))


class TransferPetitionForm(VerbForm):
    """转送信访."""

    to_court = pick("转送法院", required=True)
    reason = text_field("转送理由", rows=2)

    def fit(self, target: Petition) -> None:
        """Offer the court of the case and the courts above, without the present one."""
        courts = line_of(target.case.court).exclude(pk=target.court_id)
        self.fields["to_court"].queryset = courts  # type: ignore[attr-defined]


class AnswerPetitionForm(VerbForm):
    """答复信访."""

    outcome = choice_field("办理结果", Outcome.choices)
    answer = text_field(
        "答复内容", rows=6, help_text="信访人将看到全文：逐项答复反映的问题，写明依据和下一步"
    )
    delivery = choice_field("送达方式", Delivery.choices)


class ReasonForm(VerbForm):
    """An act that needs only its reason."""

    reason = text_field("理由", rows=3)


class OpenReviewForm(VerbForm):
    """启动一案双查."""

    case_reviewer = PickPerson("案件线核查人", help_text="上级法院执行局人员，未承办过本案")
    conduct_reviewer = PickPerson("人员线核查人", help_text="同一法院督察人员，未承办过本案")
    petition = pick("所依据的信访")
    source = choice_field("线索来源", Source.choices, required=False)
    clues = text_field("反映的问题", required=False, help_text="每行一条，启动后还可以补充")

    def fit(self, target: Case) -> None:
        """Offer people of the courts above by track, and the petitions of the case."""
        above = target.court.ancestors()
        day = self.today or target.filed_on
        for track, name in ((Track.CASE, "case_reviewer"), (Track.CONDUCT, "conduct_reviewer")):
            posts = Post.objects.in_force(day).filter(role__in=TRACK_ROLES[track])
            field = self.fields[name]
            assert isinstance(field, PickPerson)  # noqa: S101 - tells mypy
            field.offer(posts.filter(court__in=above).select_related("court"))
        self.fields["petition"].queryset = target.petitions.all()  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        """Return the clues as a list."""
        data = super().arguments()
        return data | {"clues": lines_of(data["clues"])}


class ReplaceReviewerForm(VerbForm):
    """更换核查人."""

    track = choice_field("核查线", Track.choices)
    reviewer = PickPerson("接任人", help_text="同一法院人员，未承办过本案")
    reason = text_field("更换理由", rows=2)

    def fit(self, target: DualReview) -> None:
        """Offer people of the reviewing court with a post that fits one of the tracks."""
        roles = {role for fit in TRACK_ROLES.values() for role in fit}
        posts = Post.objects.in_force(self.today or target.opened_on)
        field = self.fields["reviewer"]
        assert isinstance(field, PickPerson)  # noqa: S101 - tells mypy
        field.offer(posts.filter(court=target.court, role__in=roles).select_related("court"))


class ClueForm(VerbForm):
    """补充线索."""

    claim = text_field("反映的问题", rows=3, most=1000)


class AnswerClueForm(VerbForm):
    """答复线索: evidence is ticked on the timeline of the case."""

    answer = choice_field("答复", Answer.choices)
    text = text_field("查明情况", rows=5)
    evidence = forms.TypedMultipleChoiceField(
        label="时间线证据",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"invalid_choice": "案件时间线没有第 %(value)s 项记录。"},
    )
    other_evidence = text_field(
        "其他证据", rows=2, required=False, help_text="谈话笔录、录音录像、卷宗页码等"
    )

    def fit(self, target: Clue) -> None:
        """Offer every event of the timeline as evidence."""
        self.fields["evidence"].choices = [  # type: ignore[attr-defined]
            (event.seq, f"第{event.seq}项　{event.on}　{kinds.kind(event.kind).label}")
            for event in events_of(target.case)
        ]


class SignConclusionForm(VerbForm):
    """会签联合结论."""

    summary = text_field("本线综合情况", required=False, help_text="写入本线核查部分")


class ProposeConclusionForm(SignConclusionForm):
    """提出联合结论."""

    conclusion = choice_field("结论", Conclusion.choices)
    reasons = text_field("认定理由")
    remedies = forms.MultipleChoiceField(
        label="处理方式",
        choices=Remedy.choices,
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": "请选择处理方式。", "invalid_choice": "没有这个选项。"},
    )
    proposals = text_field("处理意见", help_text="每行一项")
    field_order = ("on", "conclusion", "reasons", "remedies", "proposals", "summary")


class DraftReportForm(VerbForm):
    """起草督查报告."""

    as_of = day_field("截至日", help_text="报告写到这一天所知的情况为止")
    addressee = forms.CharField(
        label="主送机关", max_length=120, required=False, help_text="不填即为发文法院的上级法院"
    )
    replies = text_field("被核查法院和人员的意见", required=False, help_text="系统内没有的书面意见")

    def fit(self, target: DualReview) -> None:
        """Leave the day of the act out: a draft is made now."""
        self.fields.pop("on")


class SupersedeReportForm(DraftReportForm):
    """取代督查报告."""

    reason = text_field("取代理由", rows=3)

    def fit(self, target: Report) -> None:  # type: ignore[override]
        """Leave the day of the act out: a draft is made now."""
        self.fields.pop("on")


class IssueOrderForm(VerbForm):
    """发出督办函."""

    units = {"reply_days": "日"}
    report = pick("依据的督查报告")
    petition = pick("依据的信访")
    facts = text_field("督办事由")
    demands = text_field("督办要求", help_text="每行一项；指定专人和回报期限由系统写入")
    reply_days = forms.IntegerField(
        label="回报期限",
        initial=REPLY_DAYS,
        min_value=1,
        max_value=LONGEST,
        help_text="自印发之日起算，没有全国统一的日数",
    )
    contact = forms.CharField(label="联系人及电话", max_length=80, required=False)

    def fit(self, target: Case) -> None:
        """Offer the reports in force and the petitions of the case."""
        reports = target.reports.filter(state=ReportState.ISSUED)
        self.fields["report"].queryset = reports  # type: ignore[attr-defined]
        self.fields["petition"].queryset = target.petitions.all()  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        """Return the demands as a list."""
        data = super().arguments()
        return data | {"demands": lines_of(data["demands"])}


class ReplyOrderForm(VerbForm):
    """书面回报."""

    text = text_field("回报内容", rows=6, help_text="逐项写明办理情况和处理意见")
