"""The hash chain of a timeline (pure): one canonical text, one hash per event.

The text of an event is seven lines: case, number, kind, legal day, moment (microseconds since
1970 UTC), person, data as canonical JSON. JSON escapes line breaks, so the text is unambiguous.
``hash = sha256(hash of the event before || text)``; the first event follows 32 zero bytes.
The database makes the same text in the function ``timeline_text`` for set-based writing; a test
holds the two together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

GENESIS = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def canonical(data: Mapping[str, Any]) -> str:
    """Return the data as canonical JSON: sorted keys, no spaces, characters as they are."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def text(
    case_id: int, seq: int, kind: str, on: date, at: datetime, by_id: int | None, data: str
) -> str:
    """Return the canonical text of one event.

    Args:
        at: the moment of recording, with a time zone.
        data: canonical JSON as stored.
    """
    micros = (at - _EPOCH) // _MICROSECOND
    return f"{case_id}\n{seq}\n{kind}\n{on.isoformat()}\n{micros}\n{by_id or ''}\n{data}"


def link(previous: bytes, line: str) -> bytes:
    """Return the hash of an event that follows ``previous``."""
    return hashlib.sha256(previous + line.encode()).digest()
