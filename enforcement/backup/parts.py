"""The parts of a backup, one after another in one stream: each with a title and a closing line.

A part is its title (JSON), its content in pieces, an empty piece, and a closing line (JSON) with
size and SHA-256. Nothing need be known before it is written, and nothing is kept in memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from enforcement.errors import Refused

_LENGTH = 4
#: The longest piece and title a reader accepts.
_LONGEST = 16 << 20


class Sink(Protocol):
    """What takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Append bytes."""


def put(sink: Sink, title: dict[str, Any], content: Iterable[bytes]) -> dict[str, Any]:
    """Write one part; return its closing line."""
    _piece(sink, json.dumps(title, ensure_ascii=False).encode())
    digest, size = hashlib.sha256(), 0
    for piece in content:
        if piece:
            _piece(sink, piece)
            digest.update(piece)
            size += len(piece)
    _piece(sink, b"")
    closing = {"sha256": digest.hexdigest(), "size": size}
    _piece(sink, json.dumps(closing).encode())
    return closing


def _piece(sink: Sink, data: bytes) -> None:
    sink.write(len(data).to_bytes(_LENGTH, "big") + data)


@dataclass
class Part:
    """One part being read: its title, its content once, and then its closing line."""

    title: dict[str, Any]
    _source: Source
    closing: dict[str, Any] = field(default_factory=dict)

    def content(self) -> Iterator[bytes]:
        """Yield the content; at its end the closing line is checked.

        Raises:
            Refused: ``backup.changed``.
        """
        digest, size = hashlib.sha256(), 0
        while piece := self._source.piece():
            digest.update(piece)
            size += len(piece)
            yield piece
        self.closing = json.loads(self._source.piece())
        if self.closing != {"sha256": digest.hexdigest(), "size": size}:
            raise Refused("backup.changed", f"备份中“{self.title['name']}”的校验码不符。")


class Source:
    """Reads pieces from the chunks of a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._open = chunks, bytearray()

    def _take(self, size: int) -> bytes:
        while len(self._open) < size:
            more = next(self._chunks, None)
            if more is None:
                raise Refused("backup.truncated", "备份文件不完整：后面的部分缺失。")
            self._open += more
        data = bytes(self._open[:size])
        del self._open[:size]
        return data

    def piece(self) -> bytes:
        """Return the next piece."""
        size = int.from_bytes(self._take(_LENGTH), "big")
        if size > _LONGEST:
            raise Refused("backup.unreadable", "备份文件的格式不对。")
        return self._take(size)

    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        while not self._open:
            more = next(self._chunks, None)
            if more is None:
                return True
            self._open += more
        return False


def parts(chunks: Iterator[bytes]) -> Iterator[Part]:
    """Yield each part; its content has to be read before the next is asked for."""
    source = Source(chunks)
    while not source.at_end():
        yield Part(json.loads(source.piece()), source)
