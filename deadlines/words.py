"""Chinese words for the codes of rules: how sure a source is, who must act, what a lapse means."""

from __future__ import annotations

from typing import Any, NamedTuple

from cases import kinds
from deadlines.law import current
from deadlines.rule import Rule
from deadlines.spans import span_text

#: How sure a legal basis is, for people. The marks themselves stay visible beside the words.
CONFIDENCE = {
    "TXT": "已核对原文",
    "C5": "五个独立来源一致",
    "C4": "四个独立来源一致",
    "C3": "三个独立来源一致",
    "C2": "两个独立来源一致",
    "C1": "仅见一个来源，有待核实",
    "ART": "仅见于报道，未见正式文件",
    "MEM": "转述，未核对原文",
    "INF": "推断或者内部规则，没有文件规定",
    "NF": "查找过，没有找到来源",
}
SEVERITY = {
    "flag": ("红线", "逾期即生成超期标记", "late"),
    "warn": ("预警", "逾期只提示，不生成标记", "soon"),
    "escalate": ("升级", "逾期使原标记升级", "late"),
    "info": ("提示", "只作提示", "muted"),
}
DUTY = {
    "handler": "承办法官",
    "bureau": "执行局",
    "filing": "立案部门",
    "petition": "信访部门",
    "court": "本院",
    "finance": "财务部门",
    "president": "院长",
    "supervisor": "上级法院",
    "party": "当事人",
    "applicant": "申请执行人",
    "debtor": "被执行人",
    "valuer": "评估机构",
    "bank": "协助单位",
    "police": "公安机关",
    "procurator": "检察机关",
}
#: Areas of the rulebook in the order of a case: file of the rules → heading.
AREAS = {
    "execution": "红线与办案期限",
    "opening": "立案、通知、报告财产",
    "investigation": "财产调查",
    "property": "查封、扣押、冻结",
    "sale": "定价与变价",
    "money": "执行案款",
    "persons": "失信、限制消费、制裁",
    "course": "督促、和解、委托、破产",
    "review": "异议、复议、监督",
    "ending": "终结本次执行程序",
    "petitions": "信访与督办",
    "accountability": "超期说明",
}
RULE_KINDS = {"deadline": "最迟办理", "wait": "期满前不得办理", "term": "期满失效"}


class Mark(NamedTuple):
    """One confidence mark and what it means."""

    code: str
    words: str


def marks(confidence: str) -> list[Mark]:
    """Return the confidence marks of a rule (joined by ``/``) with their meaning."""
    return [Mark(code, CONFIDENCE.get(code, code)) for code in confidence.split("/") if code]


def kind_words(codes: tuple[str, ...]) -> str:
    """Return the Chinese names of event kinds, joined."""
    return "、".join(kinds.kind(code).label for code in codes) or "—"


def labels() -> dict[str, str]:
    """Return every known event kind with its Chinese name, for explanations."""
    return {code: kind.label for code, kind in kinds.KINDS.items()}


def span_words(rule: Rule) -> str:
    """Return how long a period is, with the other lengths that some cases have."""
    lengths = [] if rule.n is None else [rule.n]
    lengths += [n for _, n in rule.variants]
    text = "、".join(span_text(n, rule.unit) for n in lengths)
    if rule.back:
        return f"止期前{text}"
    if rule.until:
        return f"由起算事件载明，最长或者默认{text}"
    if rule.span_from:
        return f"由起算事件载明，最长或者默认{text}" if text else "由起算事件载明"
    within = f"，{span_text(*rule.within)}内每次" if rule.within else ""
    return text + within


def _after(rule: Rule) -> str:
    """Return where a rule starts that follows another one."""
    before = current().rulebook.latest(rule.after) if rule.after else None
    return f"“{before.name}”逾期" if before else ""


def approver(rule: Rule) -> str:
    """Return who may extend the period, and by how much; empty if nobody may."""
    if rule.extendable is None:
        return ""
    by = DUTY.get(rule.extendable.by, rule.extendable.by)
    n = rule.extendable.n
    return f"{by}批准延长{span_text(n, rule.extendable.unit)}" if n else f"{by}准许延长"


def described(rule: Rule, excluded: Any) -> dict[str, Any]:
    """Return one rule version in words, as the rulebook's pages show it.

    Args:
        excluded: gives the Chinese name of an exclusion kind.
    """
    word, meaning, tone = SEVERITY.get(rule.severity, (rule.severity, "", "muted"))
    return {
        "rule": rule,
        "span": span_words(rule),
        "starts": _after(rule) or kind_words(rule.starts),
        "approver": approver(rule),
        "stops": kind_words(rule.stops),
        "ends": kind_words(rule.ends),
        "excluded": "、".join(excluded(kind) for kind in rule.exclusions),
        "severity": word,
        "severity_means": meaning,
        "tone": tone,
        "duty": DUTY.get(rule.duty, rule.duty),
        "kind": RULE_KINDS.get(rule.kind, rule.kind),
        "marks": marks(rule.confidence),
    }
