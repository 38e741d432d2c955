"""Packed office files (docx, xlsx), looked through without being unpacked to disk (pure).

Harm hides behind names and spellings: a macro under another name, a declaration written with
character references or in UTF-16, a macro file or a program put inside a harmless one. So what
decides is read the way an office program reads it, and what it could read otherwise is refused.
"""

from __future__ import annotations

import html
import io
import lzma
import zipfile
import zlib

#: A packed file may hold so many entries, unpack to so many bytes, and grow so many times.
MOST_ENTRIES = 2_000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_GROWTH = 100
#: How deep packed files may lie in one another: a document with a chart holds its table.
DEEPEST = 2

CONTENT_TYPES = "[Content_Types].xml"
#: Longest list of types, or of links, that is read.
_LONGEST = 1024 * 1024
_MACRO_TYPES = ("macroenabled", "vbaproject", "ms-office.activex")
#: Sheets of Excel 4 macros and dialogues; no part of a table that people fill in.
_OLD_MACROS = ("xl/macrosheets/", "xl/dialogsheets/")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Names of the streams of old Office files that hold macros, and any file at all.
_MACRO_STREAMS = tuple(word.encode("utf-16-le") for word in ("_VBA_PROJECT", "VBA\0", "Macros\0"))
_PACKAGE_STREAM = "\x01Ole10Native".encode("utf-16-le")
#: What a file that cannot be read may raise, made by hand or damaged.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError,
    OSError, LookupError, ValueError,
)  # fmt: skip


class Unreadable(Exception):
    """Damaged, locked with a password, or written so that programs may read it differently."""


class Bomb(Exception):
    """Unpacks to far more than it weighs, or holds too much."""


class Active(Exception):
    """Holds something that runs; the message names it in Chinese."""


def parts_of(data: bytes, *, depth: int = 0) -> set[str]:
    """Return the names of the parts of a packed office file in which nothing harmful is found.

    Raises:
        Unreadable, Bomb, Active: see there.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_weight(archive.infolist(), len(data))
            parts = {entry.filename for entry in archive.infolist()}
            _check_macros(archive, parts)
            for part in sorted(parts):
                if "/embeddings/" in f"/{part.lower()}":
                    _check_inside(archive.read(part), depth)
    except _BROKEN:
        raise Unreadable from None
    return parts


def _check_weight(entries: list[zipfile.ZipInfo], weight: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > MOST_UNPACKED
        or unpacked > weight * MOST_GROWTH
        or any(entry.file_size > MOST_GROWTH * max(entry.compress_size, 100) for entry in entries)
    ):
        raise Bomb


def _check_macros(archive: zipfile.ZipFile, parts: set[str]) -> None:
    """Refuse macros, whatever the file is called: by their part, and by the declared types."""
    types = _text(archive, CONTENT_TYPES)
    names = [part.lower() for part in parts]
    inside = any(
        (name.endswith((".bin", ".ocx")) and ("vba" in name or "activex" in name))
        or name.startswith(_OLD_MACROS)
        for name in names
    )
    if inside or any(mark in types for mark in _MACRO_TYPES):
        raise Active("宏")
    for part in parts:
        if part.lower().endswith("settings.xml.rels"):
            links = _text(archive, part)
            # Opening the file would load a template, and its macros, from elsewhere.
            if "attachedtemplate" in links and "external" in links:
                raise Active("外部模板")


def _text(archive: zipfile.ZipFile, part: str) -> str:
    """Return the text of a small part as an office program reads it, in lower case.

    Raises:
        Unreadable: too long, in another encoding, or with entities of its own.
    """
    with archive.open(part) as file:
        data = file.read(_LONGEST + 1)
    text = data.decode("utf-8-sig")
    if len(data) > _LONGEST or "\0" in text or "<!" in text:
        raise Unreadable
    return html.unescape(text).lower()


def _check_inside(data: bytes, depth: int) -> None:
    """Look through what lies inside a document: another one, or an object of old Office."""
    if data.startswith(_ZIP):
        if depth + 1 >= DEEPEST:
            raise Bomb
        parts_of(data, depth=depth + 1)
    elif data.startswith(_OLE):
        if any(stream in data for stream in _MACRO_STREAMS):
            raise Active("宏")
        if _PACKAGE_STREAM in data:
            raise Active("嵌入的文件")
    elif data.startswith(b"MZ"):
        raise Active("嵌入的文件")
