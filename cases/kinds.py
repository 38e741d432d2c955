"""Event kinds: label, sentence, who may see it, which data fields it carries.

Every app registers its own kinds; the timeline refuses a kind or a field nobody declared.
No field holds personal data: people and papers are named by the id of their row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Audience(IntEnum):
    """Who may read an event, from the widest to the narrowest circle."""

    PARTY = 1
    COURT = 2
    SUPERVISION = 3


@dataclass(frozen=True)
class Kind:
    """One kind of event.

    Attributes:
        code: dotted name.
        label: Chinese name on the timeline.
        sentence: Chinese sentence with ``{field}`` places, filled by ``say``.
        fields: names of the data fields the kind may carry.
        audience: who may read it.
        plain: the sentence a layman reads on the portal (empty: not shown there).
    """

    code: str
    label: str
    sentence: str
    fields: frozenset[str] = frozenset()
    audience: Audience = Audience.COURT
    plain: str = ""

    def say(self, data: Mapping[str, Any], *, plain: bool = False) -> str:
        """Return the sentence with the data filled in; a missing field reads as a dash."""
        text = self.plain if plain else self.sentence
        return text.format_map(_Dashes({k: _zh(k, v) for k, v in data.items()}))


class _Dashes(dict[str, Any]):
    """Missing places read as a dash, so an old event never breaks a page."""

    def __missing__(self, key: str) -> str:
        return "—"


#: Chinese words for coded values of data fields: {field: {value: word}}; apps add theirs.
WORDS: dict[str, dict[str, str]] = {}
KINDS: dict[str, Kind] = {}


def _zh(field: str, value: Any) -> Any:
    if isinstance(value, bool):
        value = str(value).lower()
    return WORDS.get(field, {}).get(str(value), value)


def register(kinds: Iterable[Kind]) -> None:
    """Add kinds to the table.

    Raises:
        ValueError: two different kinds under one code.
    """
    for kind in kinds:
        if KINDS.setdefault(kind.code, kind) != kind:
            raise ValueError(f"event kind {kind.code} is registered twice")


def kind(code: str) -> Kind:
    """Return the kind; an unknown code (from an older release) reads as itself."""
    return KINDS.get(code) or Kind(code, code, code)


def _f(*names: str) -> frozenset[str]:
    return frozenset(names)


PARTY, COURT = Audience.PARTY, Audience.COURT

register(
    [
        Kind(
            "case.filed",
            "立案",
            "立案，案件类型：{procedure}，申请执行标的 {amount} 元。",
            _f("procedure", "applied_on", "amount", "parties"),
            PARTY,
            "法院已经立案，正式受理您的执行申请。",
        ),
        Kind(
            "handler.assigned",
            "确定承办人",
            "确定承办人（{again}）。",
            _f("user", "again"),
            PARTY,
            "案件已经分给承办法官。",
        ),
        Kind(
            "file.received",
            "接收案件材料",
            "承办人接收案件材料。",
            _f(),
            PARTY,
            "承办法官已经收到案件材料。",
        ),
        Kind(
            "notice.sent",
            "发出执行通知书",
            "发出执行通知书、报告财产令。",
            _f("papers"),
            PARTY,
            "法院已经向被执行人发出执行通知书，责令履行并报告财产。",
        ),
        Kind(
            "lead.submitted",
            "收到财产线索",
            "收到财产线索（{urgent}）。",
            _f("lead", "urgent"),
            PARTY,
            "法院收到一条财产线索。",
        ),
        Kind(
            "lead.verified",
            "核查财产线索",
            "财产线索核查完毕：{result}。",
            _f("lead", "result"),
            PARTY,
            "法院核查了一条财产线索，结果：{result}。",
        ),
        Kind(
            "measure.taken",
            "采取控制措施",
            "{measure_kind}财产，金额 {amount} 元，自 {effective_on} 至 {expires_on}。",
            _f("measure", "measure_kind", "amount", "effective_on", "expires_on"),
            PARTY,
            "法院已经{measure_kind}被执行人的一项财产。",
        ),
        Kind(
            "listing.decided",
            "决定纳入失信名单",
            "决定将被执行人纳入失信被执行人名单：{ground}。",
            _f("listing", "ground"),
            PARTY,
            "法院决定将被执行人列入失信名单。",
        ),
        Kind(
            "listing.published",
            "录入并公布失信信息",
            "失信信息已录入名单库并公布。",
            _f("listing"),
            PARTY,
            "被执行人的失信信息已经公布。",
        ),
        Kind(
            "case.suspended",
            "中止执行",
            "中止执行，事由：{ground}（{document}）。",
            _f("ground", "document"),
            PARTY,
            "案件中止执行，原因：{ground}。中止期间不计入办案期限。",
        ),
        Kind(
            "case.resumed",
            "恢复执行",
            "恢复执行，事由：{ground}。",
            _f("ground", "document"),
            PARTY,
            "案件已经恢复执行。",
        ),
        Kind(
            "case.closed",
            "结案",
            "以“{method}”方式结案。",
            _f("method", "ground", "paid", "document", "interview_on", "consent", "settled"),
            PARTY,
            "案件已经结案，结案方式：{method}。",
        ),
        Kind(
            "event.corrected",
            "更正",
            "更正第 {corrects} 项记录（{void}）。",
            _f("corrects", "void", "on", "set"),
            COURT,
        ),
    ]
)

WORDS.update(
    {
        "procedure": {"first": "首次执行", "nonlit": "非诉执行"},
        "again": {"true": "变更", "false": "首次"},
        "void": {"true": "该项作废", "false": "改正内容"},
        "urgent": {"true": "紧急", "false": "一般"},
        "result": {"true": "属实", "false": "不属实", "unverifiable": "无法核实"},
        "measure_kind": {"seal": "查封", "detain": "扣押", "freeze": "冻结"},
        "method": {
            "performed": "执行完毕",
            "round_ended": "终结本次执行程序",
            "terminated": "终结执行",
            "cancelled": "销案",
            "not_enforced": "不予执行",
            "rejected": "驳回申请",
        },
    }
)
