"""One form per verb: the same input for the page and for the API.

A form only reads and shapes; whether the act is allowed is decided in the verb. Each form gets
the target it acts on, for the choices it offers.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from cases.actions.closing import FIELDS, CancelGround, Consent, TerminationGround
from cases.actions.course import ResumeGround, SuspendGround
from cases.machine import LeadState
from cases.models import Case, Cause, Lead, Party
from cases.models.case import AT_THE_WINDOW, Basis, ClosingMethod
from cases.models.lead import AssetKind
from cases.models.listing import ListingGround
from cases.models.measure import MeasureKind
from cases.models.party import PartyKind, PartyRole
from enforcement.models import User
from enforcement.roles import Role

EMPTY = [("", "请选择")]


class DayInput(forms.DateInput):
    """A date field that the browser draws as a calendar."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """Return a field for a legal day, written 2026-11-22."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=DayInput(),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "invalid": "请按 2026-11-22 的格式填写日期。",
            "required": f"请填写{label}。",
        },
    )


def money_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DecimalField:
    """Return a field for an amount in yuan; the sign is judged by the verb."""
    return forms.DecimalField(
        label=label,
        required=required,
        help_text=help_text,
        max_digits=18,
        decimal_places=2,
        error_messages={
            "invalid": "请填写数字，例如 12345.67。",
            "required": f"请填写{label}。",
            "max_decimal_places": "金额最多两位小数。",
            "max_digits": "金额过大，请核对。",
            "max_whole_digits": "金额过大，请核对。",
        },
    )


def choice_field(
    label: str, choices: list[tuple[str, Any]], *, required: bool = True, **kwargs: Any
) -> forms.ChoiceField:
    """Return a drop-down with an empty first line."""
    return forms.ChoiceField(
        label=label,
        choices=[*EMPTY, *choices],
        required=required,
        error_messages={"required": f"请选择{label}。", "invalid_choice": "没有这个选项。"},
        **kwargs,
    )


class VerbForm(forms.Form):
    """Base of verb forms: knows the target, leaves the legal day to today unless given.

    Attributes:
        units: unit shown inside a field, by field name.
        wide: fields that take the whole width.
    """

    units: dict[str, str] = {}
    on = day_field("日期", required=False, help_text="不填即为今天")

    def __init__(self, *args: Any, target: Any = None, today: date | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.target, self.today = target, today
        if target is not None:
            self.fit(target)
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("autocomplete", "off")
            if unit := self.units.get(name):
                field.widget.attrs["data-unit"] = unit

    def fit(self, target: Any) -> None:
        """Narrow the choices to what the target offers."""

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments for the verb."""
        data = dict(self.cleaned_data)
        return {k: v for k, v in data.items() if not (k == "on" and v is None)}


class DayForm(VerbForm):
    """A verb that needs nothing but its day."""


class PartyForm(forms.Form):
    """One party in the filing form."""

    role = choice_field("诉讼地位", PartyRole.choices)
    kind = choice_field("类型", PartyKind.choices)
    name = forms.CharField(label="姓名或名称", max_length=120, strip=True)
    id_number = forms.CharField(label="证件号码", max_length=40, required=False)
    phone = forms.CharField(label="联系电话", max_length=40, required=False)


class FileCaseForm(VerbForm):
    """登记立案."""

    units = {"amount": "元"}
    on = day_field("立案日", required=False, help_text="不填即为今天")
    applied_on = day_field("收到申请日")
    procedure = choice_field("案件类型", AT_THE_WINDOW)
    basis = choice_field("执行依据种类", Basis.choices)
    basis_number = forms.CharField(
        label="执行依据文号", max_length=80, help_text="例如（2025）陕1002民初88号民事判决书"
    )
    basis_body = forms.CharField(label="作出机关", max_length=80)
    basis_text = forms.CharField(
        label="执行内容", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    cause = forms.ModelChoiceField(
        label="案由", queryset=Cause.objects.filter(is_leaf=True), required=False
    )
    amount = money_field("申请执行标的")


class AssignForm(VerbForm):
    """确定承办人: the judges of the court, with their load."""

    user = forms.ModelChoiceField(
        label="承办人",
        queryset=User.objects.none(),
        error_messages={"required": "请选择承办人。", "invalid_choice": "请选择本院的承办法官。"},
    )

    def fit(self, target: Case) -> None:
        """Offer the judges of the case's court."""
        day = self.today or target.filed_on
        self.fields["user"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            posts__in=target.court.posts.in_force(day).filter(role=Role.JUDGE)
        ).distinct()


class ReassignForm(AssignForm):
    """变更承办人."""

    reason = forms.CharField(label="变更理由", widget=forms.Textarea(attrs={"rows": 2}))


class NoticeForm(VerbForm):
    """发送执行通知书."""

    units = {"report_days": "日"}
    report_days = forms.IntegerField(
        label="报告财产期限",
        initial=15,
        min_value=1,
        max_value=90,
        help_text="自被执行人收到报告财产令起算，由法院在令中指定",
    )


class LeadForm(VerbForm):
    """登记财产线索."""

    asset_kind = choice_field("财产类型", AssetKind.choices)
    content = forms.CharField(
        label="线索内容",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明财产在哪里、什么样、从何得知",
    )
    urgent = forms.BooleanField(
        label="情况紧急", required=False, help_text="财产可能马上被转移的，三日内核查"
    )


class VerifyLeadForm(VerbForm):
    """提交核查结果."""

    result = choice_field(
        "核查结果",
        [(s.value, s.label) for s in LeadState if s != LeadState.SUBMITTED],
    )
    finding = forms.CharField(
        label="核查情况",
        max_length=4000,
        help_text="提供线索的当事人能看到，请不要写入他人的账号、证件号码",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class MeasureForm(VerbForm):
    """登记控制措施."""

    units = {"amount": "元"}
    on = day_field("生效日", required=False, help_text="不填即为今天")
    kind = choice_field("措施", MeasureKind.choices)
    asset_kind = choice_field("财产类型", AssetKind.choices)
    target_text = forms.CharField(label="财产描述", max_length=200)
    amount = money_field("控制金额")
    expires_on = day_field("到期日", help_text="存款最长一年，动产两年，不动产和其他财产权三年")
    lead = forms.ModelChoiceField(
        label="来自线索", queryset=Lead.objects.none(), required=False, empty_label="不是来自线索"
    )

    def fit(self, target: Case) -> None:
        """Offer the leads of the case that were not found untrue."""
        self.fields["lead"].queryset = target.leads.filter(  # type: ignore[attr-defined]
            void=False
        ).exclude(state=LeadState.FALSE)

    def arguments(self) -> dict[str, Any]:
        """Rename the description: ``target`` is what the form itself acts on."""
        data = super().arguments()
        data["target"] = data.pop("target_text")
        return data


class ListingForm(VerbForm):
    """决定纳入失信名单."""

    debtor = forms.ModelChoiceField(
        label="被执行人", queryset=Party.objects.none(), empty_label="请选择"
    )
    ground = choice_field("情形", ListingGround.choices)

    def fit(self, target: Case) -> None:
        """Offer the debtors of the case."""
        self.fields["debtor"].queryset = target.parties.filter(  # type: ignore[attr-defined]
            role=PartyRole.DEBTOR
        )


class SuspendForm(VerbForm):
    """中止执行."""

    ground = choice_field("法定情形", SuspendGround.choices)
    document = forms.CharField(label="裁定书文号", max_length=80)


class ResumeForm(VerbForm):
    """恢复执行."""

    ground = choice_field("恢复事由", ResumeGround.choices)
    document = forms.CharField(label="文书文号", max_length=80, required=False)


class CloseForm(VerbForm):
    """结案: the fields of the chosen method are shown; without ``:has()`` all are, each saying
    which methods it belongs to. The verb says which is missing."""

    units = {"paid": "元"}
    on = day_field("结案日", required=False, help_text="不填即为今天")
    method = choice_field("结案方式", ClosingMethod.choices)
    document = forms.CharField(label="裁定书或结案通知书文号", max_length=80, required=False)
    paid = money_field("实际到位金额", required=False)
    settled = forms.BooleanField(label="和解协议已履行完毕", required=False)
    ground = choice_field(
        "法定情形",
        [("终结执行", TerminationGround.choices), ("销案", CancelGround.choices)],
        required=False,
    )
    interview_on = day_field("终本约谈日", required=False)
    consent = choice_field("终本依据", Consent.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, methods in FIELDS.items():
            mine = [method for method in ClosingMethod if method in methods]
            field = self.fields[name]
            field.help_text = f"{'、'.join(method.label for method in mine)}时填写"
            field.widget.attrs["data-for"] = " ".join(mine)


class CorrectForm(VerbForm):
    """更正记录."""

    seq = forms.IntegerField(label="记录序号", min_value=1, help_text="案件时间线上的序号")
    new_day = day_field("正确的日期", required=False)
    void = forms.BooleanField(label="该项从未发生，作废", required=False)
    reason = forms.CharField(label="更正理由", widget=forms.Textarea(attrs={"rows": 2}))
