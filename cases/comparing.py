"""Holding the ledger against a digest that somebody else kept: what of it still is as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from cases import chain, evidence, merkle, sealing, signing
from cases.ledger import Fault, stream, verify
from cases.models import Case, Digest


def compare(content: dict[str, Any], case: Case | None = None) -> list[Fault]:
    """Return what does not agree with a digest whose signature was checked.

    Args:
        content: the signed content of the digest.
        case: only this one (a moment), otherwise every event and case the digest covers.
    """
    with transaction.atomic():
        kept = Digest.objects.filter(day=content["day"]).first()
        faults = list(_kept(content, kept))
        if case is not None:
            return faults + list(_one(content, kept, case))
        return faults + list(_all(content, kept)) + list(digests_in_order())


def _said(content: dict[str, Any], what: str, case: str = "摘要") -> Fault:
    return Fault(f"{case}（{content['day']} 封存）", content["number"], what)


def _kept(content: dict[str, Any], kept: Digest | None) -> Iterator[Fault]:
    digest = hashlib.sha256(chain.canonical(content).encode()).digest()
    if kept is None:
        yield _said(content, "本系统没有这一天的摘要")
    elif bytes(kept.hash) != digest:
        yield _said(content, "本系统保存的摘要与所持的不同")


def _one(content: dict[str, Any], kept: Digest | None, case: Case) -> Iterator[Fault]:
    """Check the chain of one case, and its leaf against the root."""
    yield from verify(case.pk).faults
    if kept is None:
        return
    place = evidence.case_place(kept, case.pk)
    if place is None:
        yield _said(content, "封存时没有该案的记录，不能证明", case.number)
        return
    steps = [bytes.fromhex(step) for step in place.proof["path"]]
    leaf = merkle.leaf_hash(sealing.case_leaf(*place.row))
    root = merkle.climb(leaf, place.proof["index"], content["cases"], steps)
    if root is None or root.hex() != content["cases_root"]:
        yield _said(content, "该案或同一分块其他案件的记录在封存后被改动过", case.number)


def _all(content: dict[str, Any], kept: Digest | None) -> Iterator[Fault]:
    """Grow both trees anew from the events and compare block by block."""
    last = content["last_event"]
    events = sealing.day_event_tree(content["after_event"], last)
    if (events.size, events.root.hex()) != (content["events"], content["events_root"]):
        yield _said(
            content, f"当日记录应有 {content['events']} 项，现有 {events.size} 项，与根不符"
        )
        if kept is not None:
            yield from _where(content, events, kept.event_nodes, kept.event_firsts)
    cases = sealing.case_tree(stream(evidence.CASES_THEN, evidence.everything(last)))
    if (cases.size, cases.root.hex()) != (content["cases"], content["cases_root"]):
        yield _said(content, f"当时应有 {content['cases']} 件案件，现有 {cases.size} 件，与根不符")
        if kept is not None:
            yield from _where(content, cases, kept.case_nodes, kept.case_firsts)


def _where(
    content: dict[str, Any],
    tree: merkle.Tree,
    nodes: bytes | memoryview,
    firsts: bytes | memoryview,
) -> Iterator[Fault]:
    """Name the first block that differs, by the ids of the cases it lies between."""
    was, keys = evidence.split(nodes), [key >> 32 for key in sealing.unpack(firsts)]
    for nth, node in enumerate(was):
        if nth >= len(tree.nodes) or tree.nodes[nth] != node:
            upto = f"至 {keys[nth + 1]} " if nth + 1 < len(keys) else "以后"
            yield _said(content, f"第一处不符在编号 {keys[nth]} {upto}的案件之间")
            return


def digests_in_order() -> Iterator[Fault]:
    """Check the digests themselves: signed, each naming the one before, no day left out."""
    before: Digest | None = None
    rows = Digest.objects.order_by("number").defer(*Digest.SHORTCUTS)
    for digest in rows.iterator(chunk_size=100):
        content = digest.fields
        if hashlib.sha256(digest.content.encode()).digest() != bytes(digest.hash) or not (
            signing.signed(digest.content, bytes(digest.signature), content["key"])
        ):
            yield _said(content, "摘要的内容与签名不符")
        if before is not None and not _follows(before, digest, content):
            yield _said(content, "摘要与前一日的不衔接")
        if before is not None and _grown(before, content):
            yield _said(content, "封存时记录总数与前一日不衔接，期间有记录被增删")
        before = digest


def _follows(before: Digest, digest: Digest, content: dict[str, Any]) -> bool:
    return (
        content["previous"] == bytes(before.hash).hex()
        and digest.number == before.number + 1
        and digest.day - before.day == sealing.ONE_DAY
        and content["after_event"] == before.last_event
    )


def _grown(before: Digest, content: dict[str, Any]) -> bool:
    """Tell whether the totals of two days differ by something else than the day's events."""
    return bool(content["total_events"] != before.fields["total_events"] + content["events"])
