"""What leaves the house as evidence: a day's digest, and a case's timeline with its proofs.

Both are small JSON files that ``tools/verify_timeline.py`` reads without this system. Events
carry no personal data by rule, so neither file does.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from cases import merkle, sealing, signing
from cases.ledger import Row
from cases.models import Case, Digest
from enforcement.errors import NotFound, Refused

TIMELINE_FORMAT = "enforcement-timeline/1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: Greater than every key of a leaf.
_END = (1 << 63) - 1

_TIMELINE = """
SELECT id, seq, kind, "on", at, by_id, data, hash FROM cases_caseevent
WHERE case_id = %s ORDER BY seq
"""
_BLOCK_OF_EVENTS = """
SELECT case_id, seq, hash FROM cases_caseevent
WHERE (case_id, seq) >= (%(case)s, %(seq)s) AND (case_id, seq) < (%(to_case)s, %(to_seq)s)
  AND id > %(after)s AND id <= %(last)s ORDER BY case_id, seq
"""
#: The last event of each case as of a digest.
CASES_THEN = """
SELECT DISTINCT ON (e.case_id) e.case_id, coalesce(c.number, ''), e.seq, e.hash
FROM cases_caseevent e LEFT JOIN cases_case c ON c.id = e.case_id
WHERE e.id <= %(last)s AND e.case_id >= %(case)s AND e.case_id < %(to_case)s
ORDER BY e.case_id, e.seq DESC
"""


# -- digests -----------------------------------------------------------------------------------


def digest_of(day: date) -> Digest:
    """Return the digest of a day.

    Raises:
        NotFound: ``digest.unsealed``, saying why there is none.
    """
    found = Digest.objects.filter(day=day).first()
    if found is not None:
        return found
    days = Digest.objects.order_by("day").values_list("day", flat=True)
    first, last = days.first(), days.last()
    if first is None or last is None:
        why = "系统还没有封存过任何一天"
    else:
        why = f"已封存的是 {first} 至 {last}"
    raise NotFound(
        "digest.unsealed", f"{day} 没有封存摘要（{why}）。可运行 manage.py seal_digests 补封。"
    )


def digest_file(digest: Digest) -> dict[str, Any]:
    """Return what another court keeps: the signed content and its signature."""
    return {"content": digest.fields, "signature": bytes(digest.signature).hex()}


def written(data: dict[str, Any]) -> str:
    """Return a file's text, readable and with one line break at its end."""
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


# -- timelines ---------------------------------------------------------------------------------


@dataclass
class Exported:
    """A timeline's file, and the days whose digest it does not agree with."""

    data: dict[str, Any]
    differing: list[date] = field(default_factory=list)


def timeline_file(case: Case, days: Iterable[date] = ()) -> Exported:
    """Return a case's timeline with its proofs.

    Proofs are given for each day on which the case went on, for the latest digest, and for the
    days asked for.

    Raises:
        NotFound: ``digest.unsealed`` for a day asked for that is not sealed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE, [case.pk])
        events = cursor.fetchall()
    marks = list(Digest.objects.order_by("day").values_list("last_event", "day"))
    sealed_on: dict[date, list[int]] = {}
    for event_id, seq, *_ in events:
        if (nth := bisect_left(marks, event_id, key=lambda mark: mark[0])) < len(marks):
            sealed_on.setdefault(marks[nth][1], []).append(seq)
    wanted = {*sealed_on, *days} | ({marks[-1][1]} if marks else set())
    exported = Exported(
        {
            "format": TIMELINE_FORMAT,
            "case": {"id": case.pk, "number": case.number},
            "events": [_event(row) for row in events],
            "seals": [],
        }
    )
    for day in sorted(wanted):
        seal, fits = _seal(case, digest_of(day), sealed_on.get(day, ()))
        exported.data["seals"].append(seal)
        if not fits:
            exported.differing.append(day)
    return exported


def _event(row: Row) -> dict[str, Any]:
    _, seq, kind, on, at, by_id, data, digest = row
    return {
        "seq": seq,
        "kind": kind,
        "on": on.isoformat(),
        "at": (at - _EPOCH) // _MICROSECOND,
        "by": by_id,
        "data": data,
        "hash": bytes(digest).hex(),
    }


def _seal(case: Case, digest: Digest, seqs: Iterable[int]) -> tuple[dict[str, Any], bool]:
    """Return what a digest says of a case, with the paths to its roots, and whether they fit."""
    fits = True
    seal = digest_file(digest) | {"case": None, "events": []}
    place = case_place(digest, case.pk)
    if place is not None:
        seal["case"] = place.proof | {"length": place.row[2], "head": bytes(place.row[3]).hex()}
        fits = place.fits
    for seq in seqs:
        found = _event_place(digest, case.pk, seq)
        if found is None:
            fits = False
            continue
        seal["events"].append(found.proof | {"seq": seq})
        fits = fits and found.fits
    return seal, fits


@dataclass(frozen=True)
class Place:
    """A leaf found again: its row, its path, and whether the path still leads to the root."""

    row: Row
    proof: dict[str, Any]
    fits: bool


def case_place(digest: Digest, case_id: int) -> Place | None:
    """Return a case's leaf in a digest, None when the case had no event then."""
    firsts = sealing.unpack(digest.case_firsts)
    block, low, high = _block_of(firsts, sealing.key_of(case_id))
    rows = cases_then(digest.last_event, low >> 32, high >> 32)
    leaves = [sealing.case_leaf(*row) for row in rows]
    nth = next((i for i, row in enumerate(rows) if row[0] == case_id), None)
    if nth is None:
        return None
    return _place(rows[nth], leaves, nth, block, digest.case_nodes, digest.fields["cases_root"])


def cases_then(last: int, low: int, high: int) -> list[Row]:
    """Return (id, number, length, head) of cases as of an event's number, read from the events."""
    with connection.cursor() as cursor:
        cursor.execute(CASES_THEN, {"last": last, "case": low, "to_case": high})
        return cursor.fetchall()


def everything(last: int) -> dict[str, int]:
    """Return the parameters of ``CASES_THEN`` for every case as of an event's number."""
    return {"last": last, "case": 0, "to_case": _END}


def _event_place(digest: Digest, case_id: int, seq: int) -> Place | None:
    content = digest.fields
    firsts = sealing.unpack(digest.event_firsts)
    block, low, high = _block_of(firsts, sealing.key_of(case_id, seq))
    rows = events_between(content["after_event"], content["last_event"], low, high)
    leaves = [sealing.event_leaf(*row) for row in rows]
    nth = next((i for i, row in enumerate(rows) if row[:2] == (case_id, seq)), None)
    if nth is None:
        return None
    return _place(rows[nth], leaves, nth, block, digest.event_nodes, content["events_root"])


def events_between(after: int, last: int, low: int, high: int) -> list[Row]:
    """Return (case, number, hash) of a day's events between two keys."""
    mask = (1 << 32) - 1
    with connection.cursor() as cursor:
        cursor.execute(
            _BLOCK_OF_EVENTS,
            {
                "after": after, "last": last,
                "case": low >> 32, "seq": low & mask,
                "to_case": high >> 32, "to_seq": high & mask,
            },
        )  # fmt: skip
        return cursor.fetchall()


def _block_of(firsts: list[int], key: int) -> tuple[int, int, int]:
    """Return the number of the block that holds a key, and the keys it lies between."""
    block = max(0, bisect_left(firsts, key + 1) - 1)
    low = firsts[block] if firsts else 0
    high = firsts[block + 1] if block + 1 < len(firsts) else _END
    return block, low, high


def _place(
    row: Row, leaves: list[bytes], nth: int, block: int, blob: bytes | memoryview, root: str
) -> Place:
    """Join the path inside the block with the path over the other blocks' kept nodes."""
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    nodes = split(blob)
    nodes[block] = merkle.root(hashes)
    steps = merkle.path(hashes, nth) + merkle.path(nodes, block)
    proof = {"index": block * merkle.BLOCK + nth, "path": [step.hex() for step in steps]}
    return Place(row, proof, merkle.root(nodes).hex() == root)


def split(blob: bytes | memoryview) -> list[bytes]:
    """Return the nodes kept in one column."""
    blob = bytes(blob)
    return [blob[i : i + merkle.HASH] for i in range(0, len(blob), merkle.HASH)]


def case_by_number(number: str) -> Case:
    """Return the case with that number.

    Raises:
        NotFound: there is none.
    """
    found = Case.objects.filter(number=number).first()
    if found is None:
        raise NotFound("case.unknown", f"没有案号为“{number}”的案件，请核对案号。")
    return found


# -- reading a digest file ---------------------------------------------------------------------


def read_digest(text: str, public_key: str) -> dict[str, Any]:
    """Return the content of a digest file whose signature is right.

    Raises:
        Refused: ``digest.unreadable``, ``digest.key`` or ``digest.signature``.
    """
    try:
        data = json.loads(text)
        content, signature = data["content"], bytes.fromhex(data["signature"])
        known = content["format"] == sealing.FORMAT
        canonical = sealing.chain.canonical(content)
    except (ValueError, TypeError, KeyError):
        known = False
    if not known:
        raise Refused("digest.unreadable", "摘要文件读不出来：不是封存摘要，或者已经损坏。")
    if content["key"] != public_key:
        raise Refused(
            "digest.key",
            f"摘要是用另一把密钥签名的（指纹 {signing.fingerprint(content['key'])}）。"
            "请用 --public-key 指明当时的公钥。",
        )
    if not signing.signed(canonical, signature, public_key):
        raise Refused("digest.signature", "摘要的签名不对：内容被改动过，不能作为依据。")
    return dict(content)
