"""A snapshot made by hand, for the pure text of reports: every part has something to say."""

from __future__ import annotations

from typing import Any

Facts = dict[str, Any]


def event(seq: int, kind: str, label: str, on: str, text: str, **changes: Any) -> Facts:
    """Return one line of a timeline."""
    made = {"seq": seq, "kind": kind, "label": label, "on": on, "first_on": on, "text": text}
    return made | {"note": "", "recorded_on": on, "by": "林法官", "void": False} | changes


def clock(name: str, status: str, late: int = 0, **changes: Any) -> Facts:
    """Return one clock."""
    made = {
        "rule": name,
        "name": name,
        "source": "法发〔2006〕35号第4条",
        "confidence": "C5",
        "severity": "flag",
        "duty": "handler",
        "n": 3,
        "unit": "days",
        "start_seq": 2,
        "start_label": "接收案件材料",
        "start_on": "2026-11-04",
        "due": "2026-11-09",
        "stopped_on": "2026-11-12",
        "stop_seq": 3,
        "status": status,
        "days_late": late,
    }
    return made | changes


def finding(answer: str, text: str, evidence: tuple[int, ...] = (), other: str = "") -> Facts:
    """Return what a track found about a clue."""
    return {
        "answer": answer,
        "text": text,
        "evidence": list(evidence),
        "other_evidence": other,
    }


def file(label: str, reviewer: str, summary: str) -> Facts:
    """Return one track's file."""
    return {
        "label": label,
        "reviewer": reviewer,
        "post": "某市中级人民法院执行局",
        "signed_on": "2026-11-19",
        "summary": summary,
    }


def facts(**changes: Any) -> Facts:
    """Return the snapshot, some parts changed."""
    return {
        "form": 1,
        "as_of": "2026-11-20",
        "law": "0" * 16,
        "case": {
            "id": 1,
            "number": "（2026）陕1002执1号",
            "court": "某区人民法院",
            "procedure": "首次执行",
            "cause": "",
            "basis_body": "某区人民法院",
            "basis_number": "（2025）陕1002民初88号民事判决书",
            "basis_text": "",
            "amount": "100000.00",
            "applied_on": "2026-10-31",
            "filed_on": "2026-11-02",
            "received_on": "2026-11-04",
            "closed_on": "",
            "closing": "",
            "paid": "",
            "state": "执行中",
        },
        "parties": [
            {"role": "申请执行人", "name": "陈某", "kind": "自然人"},
            {"role": "被执行人", "name": "某公司", "kind": "法人"},
        ],
        "handlers": [{"name": "林法官", "first_day": "2026-11-03", "last_day": ""}],
        "events": [
            event(1, "case.filed", "立案", "2026-11-02", "立案。"),
            event(2, "file.received", "接收案件材料", "2026-11-04", "承办人接收案件材料。"),
            event(3, "notice.sent", "发出执行通知书", "2026-11-12", "发出执行通知书。"),
            event(4, "measure.taken", "采取控制措施", "2026-11-13", "冻结财产。", void=True),
            event(5, "petition.filed", "提出信访", "2026-11-13", "收到信访。", by="网上提交"),
        ],
        "clocks": [clock("发出执行通知书", "late", 3), clock("确定承办人", "done")],
        "clock_trouble": "",
        "flags": [],
        "leads": [],
        "measures": [],
        "listings": [],
        "orders": [],
        "petition": {
            "number": "陕1002信〔2026〕1号",
            "court": "某区人民法院",
            "petitioner": "陈某",
            "standing": "申请执行人",
            "channel": "网上提交",
            "kind": "消极执行",
            "text": "迟迟没有发出执行通知书。",
            "filed_on": "2026-11-13",
            "registered_on": "2026-11-16",
            "answered_on": "",
            "outcome": "",
            "answer": "",
        },
        "review": {
            "court": "某市中级人民法院",
            "source": "执行信访",
            "opened_on": "2026-11-16",
            "concluded_on": "2026-11-19",
            "conclusion": "passive",
            "conclusion_label": "消极执行",
            "reasons": "没有正当理由。",
            "remedies": ["责令纠正", "制发督办函"],
            "proposals": ["责令整改", "提醒谈话"],
            "files": {
                "case": file("案件线", "何督导", "查阅了全部时间线。"),
                "conduct": file("人员线", "宋督察", "谈话二人次。"),
            },
            "clues": [
                {
                    "position": 1,
                    "claim": "执行通知书迟延发出",
                    "findings": {
                        "case": finding("属实", "迟延三日。", (2, 3)),
                        "conduct": finding("部分属实", "有责任。", (3,), "谈话笔录。"),
                    },
                },
                {
                    "position": 2,
                    "claim": "态度生硬",
                    "findings": {
                        "case": finding("无法查实", "不属于案件线。"),
                        "conduct": finding("不属实", "五次接听。", (), "通话记录二页"),
                    },
                },
            ],
        },
    } | changes
