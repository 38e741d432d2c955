"""A file handed in at the portal comes back as a file: nothing in it runs, nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Attachment
from enforcement.models import User
from tests.builders import CaseBuilder, enforcing
from tests.people import People
from tests.petitions.test_uploads import docx, with_part

Browser = Callable[[User | None], Client]
TEXT = "情况说明：立案以后一直没有收到任何通知，请求尽快执行。"


@pytest.fixture
def visitor(people: People) -> tuple[Client, CaseBuilder]:
    """Return a party who came in by the query code, and the case."""
    cache.clear()
    built, client = enforcing(people), Client()
    sent = {"number": built.case.number, "code": built.query_code}
    assert client.post("/portal/", sent).status_code == 302
    return client, built


def hand_in(visitor: tuple[Client, CaseBuilder], name: str, data: bytes) -> Any:
    """File a petition with one file."""
    client, built = visitor
    file = SimpleUploadedFile(name, data, content_type="text/html")
    letter = {"kind": "passive", "text": TEXT, "once": name, "attachments": file}
    return client.post(f"/portal/cases/{built.case.pk}/petition/", letter)


@pytest.mark.parametrize(
    "name", ["说明.txt", "a.html", 'x".txt', "../../x.svg", "a\r\nSet-Cookie: b=1.txt"]
)
def test_it_is_a_download_without_powers(
    people: People, browser: Browser, visitor: tuple[Client, CaseBuilder], name: str
) -> None:
    assert hand_in(visitor, name, TEXT.encode()).status_code == 302
    kept = Attachment.objects.get()
    answer = browser(people.xu).get(f"/attachments/{kept.pk}/")
    assert b"".join(answer.streaming_content).decode() == TEXT  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Security-Policy"].endswith("frame-ancestors 'none'; sandbox")
    assert answer["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer
    assert "/" not in kept.name
    assert kept.name.endswith(".txt")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("说明.txt", b"<!doctype html><script>alert(1)</script>"),
        ("说明.docx", with_part(docx(), "word/vbaProject.bin")),
        ("说明.pdf", b"MZ\x90\x00" + bytes(100)),
        ("说明.docx", with_part(docx(), "word/media/big.bin", bytes(30 * 1024 * 1024))),
    ],
)
def test_what_could_harm_is_refused_and_leaves_nothing(
    people: People, visitor: tuple[Client, CaseBuilder], name: str, data: bytes
) -> None:
    before = visitor[1].case.version
    assert hand_in(visitor, name, data).status_code == 400
    assert not Attachment.objects.exists()
    visitor[1].case.refresh_from_db()
    assert visitor[1].case.version == before


def test_a_word_file_without_macros_is_taken(
    people: People, visitor: tuple[Client, CaseBuilder]
) -> None:
    assert hand_in(visitor, "说明.docx", docx()).status_code == 302
    assert Attachment.objects.get().name == "说明.docx"
