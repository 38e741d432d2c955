"""What people hand in (附件): judged by its content, never by its name, then kept with its hash.

Allowed are PDF, JPEG, PNG, Word and Excel without macros, and plain text. A file is read once
into memory (``UPLOAD_MAX_BYTES`` bounds it) and nothing of it is ever executed or unpacked to
disk; a packed file is only listed, and refused when it would unpack to far more than it weighs.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from cases import files, office
from cases.models import Attachment, Case, Party
from enforcement.errors import Invalid, NotFound
from enforcement.models import User

#: Longest kept name, its ending included.
LONGEST_NAME = 100
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
TEXT, TEXT_GB = "text/plain; charset=utf-8", "text/plain; charset=gb18030"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Ending under which each type is kept.
ENDINGS = {
    PDF: "pdf",
    JPEG: "jpg",
    PNG: "png",
    TEXT: "txt",
    TEXT_GB: "txt",
    DOCX: "docx",
    XLSX: "xlsx",
}
#: For the ``accept`` of a file field.
ACCEPT = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.txt"
#: Main part of a packed office file → its type.
_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_BOM = b"\xef\xbb\xbf"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: its cleaned name, its type by content, its SHA-256, its bytes."""

    name: str
    content_type: str
    sha256: str
    data: bytes


def check(name: str, data: bytes, *, field: str = "attachments") -> Checked:
    """Judge a file by its content.

    Args:
        name: the name given by the sender; only its last part is looked at.
        field: input field that a refusal is shown on.

    Raises:
        Invalid: ``upload.empty``, ``upload.size``, ``upload.type``, ``upload.macro``,
            ``upload.bomb``, ``upload.name``.
    """
    try:
        stem = clean_name(name)
        _check_size(stem, data)
        kind = content_type(stem, data)
        final = _with_ending(stem, kind)
    except Invalid as wrong:
        wrong.field = field
        raise
    return Checked(final, kind, hashlib.sha256(data).hexdigest(), data)


def store(
    case: Case,
    upload: UploadedFile,
    *,
    now: datetime,
    by: User | None = None,
    party: Party | None = None,
    field: str = "attachments",
    stored: list[str] | None = None,
) -> Attachment:
    """Check an uploaded file and keep it with its case: the file first, then its row.

    Args:
        by: who handed it in, signed in. party: who handed it in through the portal.
        stored: takes the name under which the file lies (``files.together``).

    Raises:
        Invalid: see ``check``. NotFound: a party of another case, or nobody named.
        FilesAway: the file cannot be stored now.
    """
    if (by is None and party is None) or (party is not None and party.case_id != case.pk):
        raise NotFound
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise _too_big(upload.name or "", field)
    checked = check(upload.name or "", upload.read(settings.UPLOAD_MAX_BYTES + 1), field=field)
    attachment = Attachment(
        case=case,
        name=checked.name,
        content_type=checked.content_type,
        size=len(checked.data),
        sha256=checked.sha256,
        by=by,
        party=party,
        at=now,
    )
    kept_as = files.keep(checked.data, checked.sha256, ENDINGS[checked.content_type])
    attachment.file.name = kept_as
    if stored is not None:
        stored.append(kept_as)
    attachment.save()
    return attachment


def clean_name(name: str) -> str:
    """Return a name fit to be shown and sent: last part of the path, no control characters.

    Raises:
        Invalid: ``upload.name`` when nothing is left.
    """
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    shown = re.sub(r'[<>:"|?*/\s]+', " ", shown).strip(" .")
    if not shown:
        raise Invalid("upload.name", "文件名无效，请改名后重新上传。")
    return shown


def _with_ending(name: str, kind: str) -> str:
    """Return the name with the ending of its real type, cut to length."""
    stem, dot, ending = name.rpartition(".")
    known = {*ENDINGS.values(), "jpeg"}
    base = stem if dot and ending.lower() in known else name
    right = ENDINGS[kind]
    return f"{base[: LONGEST_NAME - len(right) - 1].rstrip(' .') or '附件'}.{right}"


def _check_size(name: str, data: bytes) -> None:
    if not data:
        raise Invalid("upload.empty", f"文件“{name}”是空的，请重新选择。")
    if len(data) > settings.UPLOAD_MAX_BYTES:
        raise _too_big(name, None)


def _too_big(name: str, field: str | None) -> Invalid:
    most = settings.UPLOAD_MAX_BYTES / (1024 * 1024)
    return Invalid(
        "upload.size", f"文件“{name[:60]}”超过 {most:g} MB，请压缩或者分开上传。", field=field
    )


def content_type(name: str, data: bytes) -> str:
    """Return the type that the content shows.

    Args:
        name: for the sentence of a refusal only.

    Raises:
        Invalid: ``upload.type``, ``upload.macro``, ``upload.bomb``.
    """
    if data[:64].removeprefix(_BOM).lstrip().startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(_ZIP):
        return _packed(name, data)
    if data.startswith(_OLE):
        raise _wrong_type(name, "旧版 Office 文件可能含有宏，请另存为 docx 或 xlsx")
    text = _text_type(data)
    if not text:
        raise _wrong_type(name, "")
    return text


def _wrong_type(name: str, why: str) -> Invalid:
    reason = f"（{why}）" if why else ""
    return Invalid(
        "upload.type",
        f"文件“{name}”的类型不能接收{reason}，请上传 pdf、jpg、png、docx、xlsx 或 txt。",
    )


def _text_type(data: bytes) -> str:
    """Return the type of UTF-8 or GB 18030 text without control characters or markup, else ""."""
    for encoding, kind in (("utf-8-sig", TEXT), ("gb18030", TEXT_GB)):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # A browser that mistakes text for a page must find nothing to run.
        active = re.search(r"<\s*(?:!doctype|html|script|svg|\?xml)", text[:4096], re.IGNORECASE)
        return "" if active or re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f]", text) else kind
    return ""


def _packed(name: str, data: bytes) -> str:
    """Return the type of a packed office file, once nothing harmful is found in it."""
    try:
        parts = office.parts_of(data)
    except office.Bomb:
        raise Invalid(
            "upload.bomb", f"文件“{name}”压缩异常，不能接收，请另存后重新上传。"
        ) from None
    except office.Active as active:
        raise Invalid(
            "upload.macro", f"文件“{name}”含有{active}，不能接收，请另存为不含{active}的文件。"
        ) from None
    except office.Unreadable:
        raise _wrong_type(name, "文件已损坏或者有密码") from None
    kind = next((kind for part, kind in _PARTS.items() if part in parts), "")
    if not kind:
        raise _wrong_type(name, "")
    return kind
