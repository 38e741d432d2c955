"""Uploaded files in an S3-compatible store: up and down through the application, nothing lost.

The store is a server of its own; it is killed, hangs, and holds what it should not.
"""

from __future__ import annotations

import hashlib
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from django.test import Client
from django.utils import timezone

from cases import files, shredding, uploads
from cases.models import Attachment
from cases.tasks import sweep_files
from enforcement import health, measures, s3
from enforcement.errors import FilesAway, Refused
from enforcement.models import User
from enforcement.rollups import turn_day
from petitions.models import Petition
from tests.builders import CaseBuilder, at, day, enforcing
from tests.enforcement.test_backup import SECRET, Place, elsewhere
from tests.machines import store as stores
from tests.machines.store import Store
from tests.pages.conftest import browser, clock, people
from tests.people import People, cast

__all__ = ["browser", "clock", "elsewhere", "people"]

Browser = Callable[[User | None], Client]
TEXT = "情况说明：立案以后一直没有收到任何通知，请求尽快执行。"
AWAY = "附件存储暂时没有应答"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Run the store."""
    with stores.running(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def store(server: Store, settings: Any) -> Store:
    """Keep the files of a test in a bucket of its own."""
    server.new_bucket()
    kept = {"BACKEND": "enforcement.s3.S3Storage", "OPTIONS": server.options(prefix="files")}
    settings.STORAGES = settings.STORAGES | {"default": kept}
    return server


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """Return a case."""
    cache.clear()
    return enforcing(people)


@pytest.fixture
def party(built: CaseBuilder) -> Client:
    """Return the browser of a party who came in by the query code."""
    client = Client()
    sent = {"number": built.case.number, "code": built.query_code}
    assert client.post("/portal/", sent).status_code == 302
    return client


def hand_in(party: Client, built: CaseBuilder, text: str = TEXT, *contents: str) -> Any:
    """File a petition with files."""
    sent = [
        SimpleUploadedFile(f"说明{n}.txt", content.encode())
        for n, content in enumerate(contents or (TEXT,))
    ]
    letter = {"kind": "passive", "text": text, "once": str(time.monotonic_ns())}
    return party.post(f"/portal/cases/{built.case.pk}/petition/", letter | {"attachments": sent})


def kept(built: CaseBuilder, content: str = "证据") -> Attachment:
    """Keep a file of the handling judge."""
    upload = SimpleUploadedFile("证据.txt", content.encode())
    return uploads.store(built.case, upload, now=at("11-06"), by=built.people.lin)


# -- up and down -------------------------------------------------------------------------------


def test_a_file_goes_up_under_a_name_that_says_nothing_and_comes_down_to_its_readers(
    store: Store, built: CaseBuilder, party: Client, browser: Browser
) -> None:
    assert hand_in(party, built).status_code == 302
    attachment = Attachment.objects.get()
    assert store.objects() == {f"files/{attachment.file.name}": TEXT.encode()}
    assert "说明" not in str(attachment.file.name)
    answer = browser(built.people.xu).get(f"/attachments/{attachment.pk}/")
    assert (answer.status_code, b"".join(answer)) == (200, TEXT.encode())  # type: ignore[call-overload]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Length"] == str(len(TEXT.encode()))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("frame-ancestors 'none'; sandbox")
    assert answer["Cache-Control"] == "private, no-store"
    for other in (built.people.luo, built.people.sun):
        assert browser(other).get(f"/attachments/{attachment.pk}/").status_code == 404


def test_no_link_ever_leads_to_the_store(store: Store, built: CaseBuilder) -> None:
    attachment = kept(built)
    with pytest.raises(ValueError, match="no link"):
        _ = attachment.file.url
    with pytest.raises(NotImplementedError):
        _ = attachment.file.path


def test_the_largest_file_comes_back_byte_for_byte(
    store: Store, built: CaseBuilder, browser: Browser, settings: Any
) -> None:
    content = "证据" * (settings.UPLOAD_MAX_BYTES // 6)
    attachment = kept(built, content)
    answer = browser(built.people.lin).get(f"/attachments/{attachment.pk}/")
    digest = hashlib.sha256(b"".join(answer)).hexdigest()  # type: ignore[call-overload]
    assert digest == attachment.sha256 == hashlib.sha256(content.encode()).hexdigest()


def test_the_same_content_twice_is_two_files(store: Store, built: CaseBuilder) -> None:
    one, two = kept(built), kept(built)
    assert one.sha256 == two.sha256
    default_storage.delete(str(one.file.name))
    assert files.opened(two).read() == "证据".encode()


def test_a_file_that_was_changed_in_the_store_is_not_handed_out(
    store: Store, built: CaseBuilder, browser: Browser
) -> None:
    attachment, client = kept(built), browser(built.people.lin)
    key = f"files/{attachment.file.name}"
    store.client.put_object(Bucket=store.bucket, Key=key, Body="别的".encode())
    answer = client.get(f"/attachments/{attachment.pk}/")
    assert (answer.status_code, "校验码不符" in answer.content.decode()) == (409, True)
    store.client.delete_object(Bucket=store.bucket, Key=key)
    assert client.get(f"/attachments/{attachment.pk}/").status_code == 404


def test_shredding_a_case_removes_its_objects(store: Store, built: CaseBuilder) -> None:
    kept(built)
    assert len(store.objects()) == 1
    built.noticed("11-05").closed("11-20")
    shredding.shred_case(built.case.pk, ground="保管期限届满", by=None, now=at("11-24"))
    assert store.objects() == {}


# -- nothing lost, nothing orphaned ------------------------------------------------------------


def test_what_a_refused_act_had_stored_is_removed(
    store: Store, built: CaseBuilder, party: Client
) -> None:
    assert hand_in(party, built, TEXT, "第一次").status_code == 302
    before = store.objects()
    answer = hand_in(party, built, TEXT, "第二次", "第二次的另一个")
    assert (answer.status_code, "无需重复提交" in answer.content.decode()) == (409, True)
    assert store.objects() == before
    assert Attachment.objects.count() == Petition.objects.count() == len(before) == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_stays_when_the_commit_fails_for_the_sweep_to_decide_by_the_rows(
    store: Store, transactional_db: None
) -> None:
    built = enforcing(cast())
    with pytest.raises(OperationalError):
        break_off_at_the_commit(built)
    connection.close()
    assert not Attachment.objects.exists()
    assert len(store.objects()) == 1


def break_off_at_the_commit(built: CaseBuilder) -> None:
    """Keep a file, and lose the connection when everything but the commit is done."""
    upload = SimpleUploadedFile("证据.txt", b"x")
    with files.together() as stored:
        uploads.store(built.case, upload, now=at("11-06"), by=built.people.lin, stored=stored)
        mine = connection.connection.info.backend_pid
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
        other.close()


def test_the_sweep_removes_what_no_row_names_after_a_week(store: Store, built: CaseBuilder) -> None:
    """By the store's own clock, which the tests do not set."""
    attachment = kept(built)
    written = default_storage.get_modified_time(str(attachment.file.name))
    folder = f"attachments/{written:%Y/%m}"
    for name in ("named.txt", "left-behind.txt"):
        default_storage.save(f"{folder}/{name}", ContentFile(b"x"))
    Attachment.objects.filter(pk=attachment.pk).update(file=f"{folder}/named.txt")
    default_storage.delete(str(attachment.file.name))
    assert files.sweep(written + timedelta(days=6)) == 0
    assert len(store.objects()) == 2
    assert files.sweep(written + timedelta(days=8)) == 1
    assert files.sweep(written + timedelta(days=8)) == 0
    assert list(store.objects()) == [f"files/{folder}/named.txt"]


def test_the_sweep_touches_nothing_when_the_database_is_another_one(
    store: Store, people: People
) -> None:
    for n in range(files.FEW + 1):
        name = default_storage.save(f"attachments/x{n}.txt", ContentFile(b"x"))
    written = default_storage.get_modified_time(name)
    for n in range(files.FEW + 1):
        default_storage.save(f"attachments/{written:%Y/%m}/x{n}.txt", ContentFile(b"x"))
    with pytest.raises(Refused, match="没有清理"):
        files.sweep(written + timedelta(days=8))
    assert len(store.objects()) == 2 * (files.FEW + 1)


def test_the_sweep_leaves_everything_when_the_store_is_away(
    store: Store, built: CaseBuilder, settings: Any
) -> None:
    nowhere = store.options(endpoint="http://127.0.0.1:1")
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "enforcement.s3.S3Storage", "OPTIONS": nowhere}
    }
    assert sweep_files() == 0


# -- away --------------------------------------------------------------------------------------


def test_without_the_store_nothing_is_recorded_and_people_are_told(
    store: Store, built: CaseBuilder, party: Client, browser: Browser
) -> None:
    attachment, version = kept(built), built.case.version
    store.kill()
    try:
        answer = hand_in(party, built)
        assert answer.status_code == 503
        assert AWAY in answer.content.decode()
        assert TEXT in answer.content.decode()
        answer = browser(built.people.lin).get(f"/attachments/{attachment.pk}/")
        assert (answer.status_code, AWAY in answer.content.decode()) == (503, True)
        page = browser(built.people.lin).get(f"/cases/{built.case.pk}/")
        assert page.status_code == 200
        look = health.files()
        assert (look.ok, look.value) == (False, "连不上")
        assert "enforcement_files_up 0" in measures.text(timezone.now())
        assert "files" in Client().get("/health/ready").json()["warnings"]
    finally:
        store.start()
        store.client.create_bucket(Bucket=store.bucket)
    built.case.refresh_from_db()
    assert (Petition.objects.count(), Attachment.objects.count()) == (0, 1)
    assert built.case.version == version
    assert hand_in(party, built).status_code == 302
    assert "enforcement_files_up 1" in measures.text(timezone.now())


def test_a_store_that_hangs_is_given_up(
    store: Store, built: CaseBuilder, party: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "READ", 1)
    store.signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert hand_in(party, built).status_code == 503
        assert time.monotonic() - began < 2 * (s3.CONNECT + 1) + 6
        assert not health.files().ok
    finally:
        store.signal(signal.SIGCONT)
    assert not Petition.objects.exists()


def test_a_bucket_that_is_not_there_is_an_outage_and_no_missing_file(
    store: Store, built: CaseBuilder, settings: Any
) -> None:
    attachment = kept(built)
    assert health.files().ok
    other = {"BACKEND": "enforcement.s3.S3Storage", "OPTIONS": store.options(bucket="no-such")}
    settings.STORAGES = settings.STORAGES | {"default": other}
    assert not health.files().ok
    with pytest.raises(FilesAway):
        kept(built)
    with pytest.raises((FilesAway, FileNotFoundError)):
        files.opened(Attachment.objects.get(pk=attachment.pk))
    assert Attachment.objects.count() == 1


def test_a_full_disk_is_told_in_the_same_words(
    built: CaseBuilder, party: Client, settings: Any, tmp_path: Path
) -> None:
    """The folder is a file: the disk takes nothing, as when it is full."""
    (tmp_path / "files").write_text("")
    on_disk = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES = settings.STORAGES | {"default": on_disk}
    answer = hand_in(party, built)
    assert (answer.status_code, AWAY in answer.content.decode()) == (503, True)
    assert not Petition.objects.exists()


# -- moving, backup and restore ----------------------------------------------------------------


def test_files_of_a_disk_are_copied_into_the_store_and_held_to_what_they_were(
    store: Store, built: CaseBuilder, browser: Browser, tmp_path: Path
) -> None:
    on_disk = FileSystemStorage(location=tmp_path)
    attachments = [kept(built, f"证据 {n}") for n in range(3)]
    for attachment in attachments:
        name = str(attachment.file.name)
        on_disk.save(name, attachment.file.open("rb"))
        default_storage.delete(name)
    assert store.objects() == {}
    for said in ("复制 3 个", "复制 0 个，已在存储中 3 个"):
        out = StringIO()
        call_command("copy_files", folder=tmp_path, stdout=out)
        assert said in out.getvalue()
    for attachment in attachments:
        fresh = Attachment.objects.get(pk=attachment.pk)
        assert files.opened(fresh).read().decode().startswith("证据")
    store.kill()
    try:
        with pytest.raises(CommandError, match=AWAY):
            call_command("copy_files", folder=tmp_path, stdout=StringIO())
    finally:
        store.start()


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_the_files_of_the_store_and_restores_them_into_another(
    store: Store, transactional_db: None, elsewhere: Place, tmp_path: Path
) -> None:
    turn_day(day("11-24"))
    built = enforcing(cast()).noticed("11-05")
    for n in range(3):
        kept(built, f"证据 {n}" * 500)
    before = store.objects()
    (tmp_path / "key").write_bytes(SECRET)
    out = StringIO()
    call_command("backup", tmp_path / "b", key_file=tmp_path / "key", stdout=out)
    assert "附件 3 个" in out.getvalue()
    restore = ("restore", "--verify", tmp_path / "b", "--key-file", tmp_path / "key")
    elsewhere.env |= store.environment(tmp_path) | {"FILES_S3_PREFIX": "files"}
    code, said = elsewhere.run(*restore)
    assert (code, "附件目录不是空的" in said) == (1, True), said
    assert elsewhere.tables() == 0
    target = f"{store.bucket}-restored"
    store.client.create_bucket(Bucket=target)
    elsewhere.env["FILES_S3_BUCKET"] = target
    code, said = elsewhere.run(*restore)
    assert code == 0, said
    assert "行数、附件与清单相符" in said
    assert store.objects(target) == before
    assert elsewhere.files() == []


@pytest.mark.parametrize("name", ["../x.txt", "/x.txt", "a/../../x.txt"])
def test_no_name_leads_out_of_the_prefix(store: Store, name: str) -> None:
    with pytest.raises(Exception, match=r"path traversal|File path"):
        default_storage.open(name)
    assert store.objects() == {}
