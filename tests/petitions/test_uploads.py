"""Files handed in are judged by their content, never by their name."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from cases import office, uploads
from cases.models import Attachment
from enforcement.errors import Invalid
from enforcement.files import HALF
from tests.builders import a_case, at
from tests.petitions.steps import Supervised
from tests.refusals import refused

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0" + bytes(64)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"


def docx() -> bytes:
    """Return a small real Word file."""
    held = io.BytesIO()
    document = Document()
    document.add_paragraph("事情经过")
    document.save(held)
    return held.getvalue()


def xlsx() -> bytes:
    """Return the smallest Excel file: its declared types and its workbook."""
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    types = f'<Types><Override PartName="/xl/workbook.xml" ContentType="{sheet}"/></Types>'
    return packed({"[Content_Types].xml": types.encode(), "xl/workbook.xml": b"<workbook/>"})


def packed(parts: dict[str, bytes]) -> bytes:
    """Return a zip of these parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def with_part(data: bytes, name: str, content: bytes = b"x") -> bytes:
    """Return a packed file with one more part."""
    held = io.BytesIO(data)
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return held.getvalue()


def with_types(data: bytes, find: bytes, put: bytes) -> bytes:
    """Return a packed file with its declared types changed."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "[Content_Types].xml":
                assert find in content
                content = content.replace(find, put)
            new.writestr(entry.filename, content)
    return held.getvalue()


def refusal(name: str, data: bytes) -> str:
    """Return the code under which a file is refused; its message says what to do."""
    with pytest.raises(Invalid) as caught:
        uploads.check(name, data)
    assert caught.value.field == "attachments"
    assert caught.value.message.endswith("。")
    return caught.value.code


class TestTypes:
    """What may be handed in."""

    @pytest.mark.parametrize(
        ("data", "kind", "ending"),
        [
            (PDF, "application/pdf", "pdf"),
            (b"\xef\xbb\xbf\r\n" + PDF, "application/pdf", "pdf"),
            (JPEG, "image/jpeg", "jpg"),
            (PNG, "image/png", "png"),
            (docx(), uploads.DOCX, "docx"),
            (xlsx(), uploads.XLSX, "xlsx"),
            ("事情经过\r\n\t第一".encode(), "text/plain; charset=utf-8", "txt"),
            ("\ufeff事情经过".encode(), "text/plain; charset=utf-8", "txt"),
            ("事情经过".encode("gb18030"), "text/plain; charset=gb18030", "txt"),
        ],
    )
    def test_the_content_tells_the_type_whatever_the_name(
        self, data: bytes, kind: str, ending: str
    ) -> None:
        checked = uploads.check("证据.exe", data)
        assert (checked.content_type, checked.name) == (kind, f"证据.exe.{ending}")
        assert checked.sha256 == hashlib.sha256(data).hexdigest()

    @pytest.mark.parametrize(
        "data",
        [
            b"MZ\x90\x00" + bytes(100),
            b"\x7fELF" + bytes(100),
            b"GIF89a" + bytes(100),
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            b"<!DOCTYPE html><p>x",
            b"  <svg onload='x'>",
            b"<SCRIPT>alert(1)</SCRIPT>",
            b"text with a null\x00inside",
            b"text\x1b[2J",
            packed({"a/b": b"x"}),
            b"PK\x03\x04 broken",
            packed({"word/document.xml": b"x"}),
        ],
    )
    def test_everything_else_is_refused_whatever_the_name(self, data: bytes) -> None:
        assert refusal("说明.pdf", data) == "upload.type"

    def test_a_page_pretending_to_be_a_pdf_is_refused(self) -> None:
        assert refusal("a.pdf", b"<html>%PDF-1.7</html>") == "upload.type"

    def test_an_office_file_with_a_password_is_refused(self) -> None:
        data = bytearray(docx())
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = data.find(mark)
            while place >= 0:
                data[place + offset] |= 1
                place = data.find(mark, place + 4)
        assert refusal("a.docx", bytes(data)) == "upload.type"


class TestMacros:
    """Macros stay outside, whatever the file is called."""

    @pytest.mark.parametrize("name", ["报表.xlsm", "报表.xlsx", "报表.docx", "报表.pdf"])
    def test_a_macro_part_is_found(self, name: str) -> None:
        assert refusal(name, with_part(xlsx(), "xl/vbaProject.bin")) == "upload.macro"
        assert refusal(name, with_part(docx(), "word/VBAPROJECT.BIN")) == "upload.macro"
        assert refusal(name, with_part(docx(), "word/activeX/activeX1.bin")) == "upload.macro"

    def test_macros_of_old_excel_are_found(self) -> None:
        assert refusal("a.xlsx", with_part(xlsx(), "xl/macrosheets/sheet1.xml")) == "upload.macro"
        assert uploads.check("a.xlsx", with_part(xlsx(), "xl/worksheets/sheet1.xml"))

    def test_a_template_from_elsewhere_is_not_fetched(self) -> None:
        link = b'<Relationship Type="x/attachedTemplate" Target="%s" TargetMode="%s"/>'
        rels = "word/_rels/settings.xml.rels"
        far = with_part(docx(), rels, link % (b"http://evil.example/a.dotm", b"External"))
        near = with_part(docx(), rels, link % (b"a.dotx", b"Internal"))
        assert refusal("a.docx", far) == "upload.macro"
        assert uploads.check("a.docx", near).content_type == uploads.DOCX

    def test_a_macro_type_is_found_without_the_part(self) -> None:
        data = with_types(
            docx(),
            b"vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"vnd.ms-word.document.macroEnabled.main+xml",
        )
        assert refusal("a.docx", data) == "upload.macro"

    @pytest.mark.parametrize("spelled", ["macro&#69;nabled", "macro&#x45;nabled"])
    def test_a_type_spelled_with_character_references_is_read(self, spelled: str) -> None:
        data = with_types(
            docx(),
            b"vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            f"vnd.ms-word.document.{spelled}.main+xml".encode(),
        )
        assert refusal("a.docx", data) == "upload.macro"

    def test_a_link_spelled_with_character_references_is_read(self) -> None:
        link = b'<Relationship Type="x/attached&#84;emplate" Target="//e/a" TargetMode="External"/>'
        data = with_part(docx(), "word/_rels/settings.xml.rels", link)
        assert refusal("a.docx", data) == "upload.macro"

    @pytest.mark.parametrize("how", ["utf-16", "entity", "long"])
    def test_types_that_programs_may_read_otherwise_are_refused(self, how: str) -> None:
        told = {
            "utf-16": '<Types ContentType="vbaProject"/>'.encode("utf-16"),
            "entity": b'<!DOCTYPE t [<!ENTITY m "vbaProject">]><Types ContentType="&m;"/>',
            "long": b"<Types>" + os.urandom(600_000).hex().encode() + b"</Types>",
        }[how]
        data = packed({"[Content_Types].xml": told, "word/document.xml": b"<document/>"})
        assert refusal("a.docx", data) == "upload.type"

    def test_pictures_in_a_word_file_are_no_macros(self) -> None:
        data = with_part(docx(), "word/embeddings/oleObject1.bin")
        assert uploads.check("a.docx", data).content_type == uploads.DOCX


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


class TestInside:
    """What lies inside a document is looked through too."""

    def inside(self, content: bytes, name: str = "word/embeddings/part1.bin") -> bytes:
        """Return a Word file with something embedded."""
        return with_part(docx(), name, content)

    def test_the_table_of_a_chart_is_taken(self) -> None:
        data = self.inside(xlsx(), "word/embeddings/Microsoft_Excel_Sheet1.xlsx")
        assert uploads.check("a.docx", data).content_type == uploads.DOCX
        assert uploads.check("a.docx", self.inside(OLE)).content_type == uploads.DOCX

    @pytest.mark.parametrize(
        "name", ["word/embeddings/a.xlsx", "WORD/Embeddings/a", "embeddings/a"]
    )
    def test_a_table_with_macros_is_not(self, name: str) -> None:
        hidden = with_part(xlsx(), "xl/vbaProject.bin")
        assert refusal("a.docx", self.inside(hidden, name)) == "upload.macro"

    @pytest.mark.parametrize("stream", ["_VBA_PROJECT", "Macros\0", "\x01Ole10Native"])
    def test_an_old_object_with_macros_or_any_file_in_it_is_not(self, stream: str) -> None:
        assert refusal("a.docx", self.inside(OLE + stream.encode("utf-16-le"))) == "upload.macro"

    def test_a_program_is_not(self) -> None:
        assert refusal("a.docx", self.inside(b"MZ" + bytes(100))) == "upload.macro"

    def test_documents_in_documents_in_documents_are_a_bomb(self) -> None:
        nested = with_part(xlsx(), "xl/embeddings/b.xlsx", xlsx())
        assert refusal("a.docx", self.inside(nested)) == "upload.bomb"


class TestDamaged:
    """A file made to break what reads it is refused like any other."""

    def test_a_spoiled_stream(self) -> None:
        data = bytearray(docx())
        at_types = data.index(b"[Content_Types].xml") + 40
        data[at_types : at_types + 60] = os.urandom(60)
        assert refusal("a.docx", bytes(data)) == "upload.type"

    def test_a_name_that_is_no_text(self) -> None:
        data = with_part(docx(), "word/名.xml").replace("名".encode(), b"\xff\xff\xff")
        assert refusal("a.docx", data) == "upload.type"


class TestSizes:
    """Empty, too large, or unpacking to far more than it weighs."""

    def test_an_empty_file_is_refused(self) -> None:
        assert refusal("a.txt", b"") == "upload.empty"

    def test_the_limit_itself_passes_and_one_byte_more_does_not(self, settings: Any) -> None:
        settings.UPLOAD_MAX_BYTES = 100
        assert uploads.check("a.txt", b"x" * 100).content_type == uploads.TEXT
        assert refusal("a.txt", b"x" * 101) == "upload.size"

    def test_a_bomb_is_known_by_its_list_without_being_unpacked(self) -> None:
        bomb = with_part(docx(), "word/media/big.bin", bytes(30 * 1024 * 1024))
        assert len(bomb) < 200_000
        assert refusal("a.docx", bomb) == "upload.bomb"

    def test_very_many_parts_are_refused(self) -> None:
        held = io.BytesIO(docx())
        with zipfile.ZipFile(held, "a") as archive:
            for number in range(office.MOST_ENTRIES + 1):
                archive.writestr(f"word/{number}", b"")
        assert refusal("a.docx", held.getvalue()) == "upload.bomb"


class TestNames:
    """A name is for showing only."""

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd", "passwd.txt"),
            ("C:\\Users\\x\\说明.txt", "说明.txt"),
            ("a\x00b\n\u202ecod.txt", "abcod.txt"),
            ("  证据 <1> |2|.TXT ", "证据 1 2.txt"),
            ("照片.jpeg", "照片.txt"),
            ("." * 5 + "隐藏", "隐藏.txt"),
            ("长" * 300, "长" * 96 + ".txt"),
        ],
    )
    def test_it_is_cleaned(self, name: str, kept: str) -> None:
        assert uploads.check(name, b"x").name == kept

    @pytest.mark.parametrize("name", ["", "...", "/", "\x00\x01", " . "])
    def test_one_with_nothing_left_is_refused(self, name: str) -> None:
        assert refusal(name, b"x") == "upload.name"


class TestStoring:
    """Keeping a file with its case."""

    def _upload(self, data: bytes = PDF, name: str = "申请书.pdf") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, data, content_type="application/x-msdownload")

    def test_it_is_kept_under_its_hash(self, under: Supervised) -> None:
        kept = uploads.store(under.case, self._upload(), now=at("11-13"), party=under.applicant)

        fresh = Attachment.objects.get(pk=kept.pk)
        assert (fresh.name, fresh.content_type) == ("申请书.pdf", "application/pdf")
        assert (fresh.size, fresh.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
        assert fresh.file.read() == PDF
        assert "申请书" not in str(fresh.file.name)
        assert fresh.sha256[:40] in str(fresh.file.name)
        assert (fresh.party, fresh.by) == (under.applicant, None)

    def test_the_same_file_twice_is_kept_twice(self, under: Supervised) -> None:
        given: dict[str, Any] = {"now": at("11-13"), "by": under.people.xu}
        first = uploads.store(under.case, self._upload(), **given)
        second = uploads.store(under.case, self._upload(), **given)
        assert first.file.name != second.file.name
        assert second.file.read() == PDF

    def test_a_refused_file_leaves_nothing(self, under: Supervised, settings: Any) -> None:
        with refused("upload.type", 400, "attachments"):
            uploads.store(under.case, self._upload(b"MZ\x00"), now=at("11-13"), by=under.people.xu)
        settings.UPLOAD_MAX_BYTES = 10
        with refused("upload.size", 400, "attachments"):
            uploads.store(under.case, self._upload(), now=at("11-13"), by=under.people.xu)

    def test_a_disk_that_is_full_is_told_in_plain_words_and_keeps_no_half_file(
        self, under: Supervised, settings: Any
    ) -> None:
        most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, most[1]))  # "file too large" for any disk
        try:
            with refused("files.away", 503):
                given = self._upload(PDF + b"x" * 10_000)
                uploads.store(under.case, given, now=at("11-13"), by=under.people.xu)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, most)
        folder = Path(settings.MEDIA_ROOT)
        assert not list(folder.rglob(f"{HALF}*"))
        assert not [f for f in folder.rglob("*") if f.is_file() and f.stat().st_size == 4096]
        assert not Attachment.objects.exists()

    def test_nobody_and_a_party_of_another_case_are_refused(self, under: Supervised) -> None:
        other = a_case(under.people).filed("11-02").case.parties.get(role="applicant")
        for owner in ({}, {"party": other}):
            with refused("not_found", 404):
                uploads.store(under.case, self._upload(), now=at("11-13"), **owner)  # type: ignore[arg-type]
