"""Every part of the pages with empty, single, many and long values: only in DEBUG or the demo."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

LONG_COURT = "新疆生产建设兵团第八师石河子市人民法院下野地垦区人民法庭"
LONG_PARTY = "新疆生产建设兵团第八师石河子市天山北坡现代农业开发（集团）股份有限公司"
RARE = "鄠埇硚、猇浉沚瀍"
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


class SampleForm(forms.Form):
    """One field of each kind."""

    amount = forms.DecimalField(
        label="冻结金额",
        min_value=Decimal("0.01"),
        max_digits=16,
        decimal_places=2,
        help_text="不得超过申请执行的金额和执行费用。",
        widget=forms.TextInput(attrs={"data-unit": "元", "data-short": ""}),
    )
    effective_on = forms.DateField(
        label="生效日期",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="协助单位办理之日。",
    )
    kind = forms.ChoiceField(
        label="措施种类",
        choices=[("", "请选择"), ("freeze", "冻结"), ("seize", "查封"), ("detain", "扣押")],
    )
    result = forms.ChoiceField(
        label="核查结果",
        widget=forms.RadioSelect,
        choices=[
            ("true", "属实"),
            ("false", "不属实"),
            ("unknown", "无法核实，并说明已经做过哪些查询"),
        ],
    )
    finding = forms.CharField(
        label="核查说明", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    paper = forms.FileField(
        label="附件", required=False, help_text="PDF、图片或 Word，不超过 20 MB。"
    )
    urgent = forms.BooleanField(label="情况紧急，三日内核查", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=12)


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the style guide.

    Raises:
        Http404: outside DEBUG and the demo.
    """
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    wrong = SampleForm(
        {"amount": "-3", "kind": "", "version": 12, "finding": "银行反馈：账户余额不足。"}
    )
    context = {
        "today": TODAY,
        "form": SampleForm(),
        "wrong_form": wrong,
        "long_court": LONG_COURT,
        "long_party": LONG_PARTY,
        "rare": RARE,
        **_lists(),
        **_bars(),
        **_case(),
    }
    return render(request, "enforcement/styleguide.html", context)


def _lists() -> dict[str, Any]:
    """Rows of a docket, chips, figures."""

    def row(
        serial: int, days: int, state: str, debtor: str, amount: str, act: str
    ) -> dict[str, Any]:
        return {
            "number": f"（2026）陕1002执{serial}号",
            "due": TODAY + timedelta(days=days),
            "clock": state,
            "creditor": "白某甲",
            "debtor": debtor,
            "amount": Decimal(amount),
            "act": act,
        }

    return {
        "rows": [
            row(123, -3, "running", "侯某乙", "150000", "核查财产线索"),
            row(98, 0, "running", LONG_PARTY, "160000000000.55", "发送执行通知书"),
            row(1207, 2, "running", f"{RARE}商行", "3200", "录入失信名单"),
            row(7, 18, "running", "欧阳某丙", "98765.4", "制作终本裁定"),
            row(45, 9, "suspended", "周某丁", "40000000", "恢复执行"),
        ],
        "chips": [
            {"label": "全部", "url": "?", "count": 1203, "here": True},
            {"label": "已逾期", "url": "?u=late", "count": 37, "sign": "●"},
            {"label": "今天到期", "url": "?u=today", "count": 4, "sign": "▲"},
            {"label": "三日内", "url": "?u=soon", "count": 0, "sign": "▲"},
        ],
        "figures": [
            {
                "label": "已逾期",
                "value": "37",
                "unit": "件",
                "tone": "late",
                "sign": "●",
                "note": "较上月 +2",
            },
            {
                "label": "今天到期",
                "value": "4",
                "unit": "件",
                "tone": "soon",
                "sign": "▲",
                "note": "",
            },
            {"label": "本周到期", "value": "29", "unit": "件", "tone": "", "sign": "", "note": ""},
            {
                "label": "在办案件",
                "value": "1,000+",
                "unit": "件",
                "tone": "",
                "sign": "",
                "note": "",
            },
            {
                "label": "已扣除期间",
                "value": "6",
                "unit": "件",
                "tone": "paused",
                "sign": "‖",
                "note": "",
            },
            {
                "label": "执行到位",
                "value": "160.00",
                "unit": "亿元",
                "tone": "",
                "sign": "",
                "note": "到位率 63.4%",
            },
        ],
    }


def _bars() -> dict[str, Any]:
    """Bars, funnel and charts."""
    months = [f"{m}月" for m in (12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)]
    on_time = [88.1, 87.5, None, 89.9, 90.4, 91.0, 90.2, 92.8, 93.1, 94.0, 94.6, 95.2]
    leads = [70.2, 74.0, None, 76.1, 75.5, 79.3, 81.0, 80.4, 83.9, 84.2, 86.0, 88.8]
    rules = ["承办人 7 日", "执行通知 3 日", "线索核查 10 日", "失信录入 3 日"]
    courts = ["商州区人民法院", "洛南县人民法院", LONG_COURT, "鄠邑区人民法院"]
    return {
        "parts": [
            {"label": "正常", "value": 812, "tone": "ok", "url": "?s=ok"},
            {"label": "临期", "value": 64, "tone": "soon", "url": "?s=soon"},
            {"label": "逾期", "value": 37, "tone": "late", "url": "?s=late"},
            {"label": "已扣除", "value": 120, "tone": "paused", "url": "?s=paused"},
        ],
        "no_parts": [{"label": "正常", "value": 0, "tone": "ok"}],
        "funnel": [
            {"label": "已标记", "value": 214, "tone": "late", "url": "?f=1"},
            {"label": "要求说明", "value": 190, "tone": "soon", "url": "?f=2"},
            {"label": "已说明", "value": 161, "tone": "accent", "url": "?f=3"},
            {"label": "理由不成立", "value": 40, "tone": "late", "url": "?f=4"},
        ],
        "lines": {
            "kind": "lines",
            "unit": "%",
            "min": 60,
            "max": 100,
            "labels": months,
            "series": [
                {"name": "执行通知 3 日", "tone": "accent", "values": on_time},
                {"name": "线索核查 10 日", "tone": "soon", "values": leads},
            ],
        },
        "stacked": {
            "kind": "stacked",
            "unit": "件",
            "labels": rules,
            "series": [
                {"name": "正常", "tone": "ok", "values": [812, 640, 210, 77]},
                {"name": "临期", "tone": "soon", "values": [64, 31, 25, 3]},
                {"name": "逾期", "tone": "late", "values": [37, 12, 19, 8]},
            ],
            "urls": [["?a"] * 4, ["?b"] * 4, ["?c"] * 4],
        },
        "bars": {
            "kind": "bars",
            "unit": "件",
            "labels": courts,
            "series": [{"name": "逾期", "tone": "late", "values": [37, 21, 9, 0]}],
            "urls": ["?court=1", "?court=2", "?court=3", "?court=4"],
        },
    }


def _case() -> dict[str, Any]:
    """Clocks, calendar, timeline, milestones, acts of a case."""
    day = date(2026, 11, 9)
    marks = {0: ("start", "起算日"), 7: ("counted rawend", "原届满"), 8: ("counted due", "届满日")}
    days = []
    for i in range(14):
        on = day + timedelta(days=i)
        mark, label = marks.get(i, ("counted" if i < 7 else "", ""))
        if i in (2, 3):
            mark, label = "excluded", "扣除"
        elif on.weekday() > 4:
            mark, label = f"{mark} rest", label or "休息"
        days.append({"on": on, "marks": f"{mark} {'today' if on == TODAY else ''}", "label": label})
    events = [
        ("message-report", "信访专员登记反映：未按期发送执行通知书", "李某", "soon", False),
        ("send", "发送执行通知书、报告财产令", "承办法官 王某", "", False),
        ("lock", f"冻结 {LONG_PARTY} 名下存款 123.46 万元", "承办法官 王某", "accent", False),
        ("user-check", "确定承办人 赵某", "执行局长 孙某", "", True),
        ("file-text", "立案，首次执行", "立案人员 钱某", "", False),
    ]
    return {
        "clocks": [
            {
                "name": "执行通知",
                "start": date(2026, 11, 16),
                "due": date(2026, 11, 19),
                "state": "running",
            },
            {
                "name": "线索核查",
                "start": date(2026, 11, 14),
                "due": date(2026, 11, 24),
                "state": "running",
            },
            {
                "name": "执行期限 6 个月",
                "start": date(2026, 6, 1),
                "due": date(2027, 1, 12),
                "state": "running",
                "excluded": [(date(2026, 7, 1), date(2026, 8, 12))],
            },
            {
                "name": "失信录入",
                "start": date(2026, 11, 10),
                "due": None,
                "state": "suspended",
                "excluded": [(date(2026, 11, 14), None)],
            },
            {
                "name": "确定承办人",
                "start": date(2026, 11, 2),
                "due": date(2026, 11, 9),
                "state": "done",
                "done_on": date(2026, 11, 6),
            },
        ],
        "days": days,
        "blanks": range(day.weekday()),
        "items": [
            {
                "seq": 14 - i,
                "on": TODAY - timedelta(days=3 * i),
                "at": NOW - timedelta(days=3 * i),
                "icon": icon,
                "text": text,
                "actor": actor,
                "tone": tone,
                "void": void,
                "hash": f"{14 - i:02d}" + "9f3c7a" * 10,
                "prev_hash": f"{13 - i:02d}" + "9f3c7a" * 10,
            }
            for i, (icon, text, actor, tone, void) in enumerate(events)
        ],
        "steps": [
            {
                "title": "法院已立案",
                "state": "done",
                "day": date(2026, 11, 2),
                "text": "案号（2026）陕1002执123号。",
            },
            {
                "title": "确定承办法官",
                "state": "done",
                "day": date(2026, 11, 6),
                "text": "承办法官：王某。",
            },
            {
                "title": "发出执行通知",
                "state": "late",
                "day": date(2026, 11, 19),
                "text": "法院还没有发出。您可以反映问题。",
                "basis": "承办人收到案卷材料后三日内发出。",
            },
            {
                "title": "核查您提供的财产线索",
                "state": "now",
                "day": date(2026, 11, 24),
                "text": "法院正在查询被执行人的一个银行账户。",
            },
            {"title": "处置财产、发放案款", "state": "next", "text": "查到财产以后进行。"},
        ],
        "acts": [
            {
                "label": "发送执行通知书",
                "url": "#",
                "icon": "send",
                "first": True,
                "hint": "已逾期 3 天，办理后该期限即完成。",
            },
            {"label": "提交核查结果", "url": "#", "icon": "list-check"},
            {"label": "采取控制措施", "url": "#", "icon": "lock"},
        ],
        "refused": [
            {
                "label": "结案",
                "why": "还有 1 笔案款未发放（3,200.00 元）。请先发放，或登记延缓发放的理由。",
            },
            {"label": "确定承办人", "why": "由本院执行局长办理。"},
        ],
        "tabs": [
            {"label": "线索", "url": "#", "count": 3, "here": True},
            {"label": "财产", "url": "#", "count": 0},
            {"label": "措施", "url": "#", "count": 12},
            {"label": "文书", "url": "#", "count": 1200},
            {"label": "信访", "url": "#", "count": None},
        ],
    }
