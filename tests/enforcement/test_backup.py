"""A backup comes back whole in another place, or not at all."""

from __future__ import annotations

import io
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from cases.models import Attachment
from cases.uploads import store
from enforcement.backup import cipher, making, parts, restoring, tools
from enforcement.backup.cipher import Sealer, opened, read_key
from enforcement.errors import Refused
from enforcement.rollups import turn_day
from tests.builders import at, day, enforcing
from tests.people import cast

ROOT = Path(__file__).resolve().parents[2]
SECRET = b"a key file of the tests, long enough to be one"


@dataclass
class Place:
    """An empty database and an empty folder, and the commands run there as processes."""

    env: dict[str, str]

    def run(self, *words: str | Path) -> tuple[int, str]:
        """Run a command there; return its exit code and what it said."""
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, words)],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    def tables(self) -> int:
        """Return how many tables are there."""
        with psycopg.connect(self.env["DATABASE_URL"]) as session:
            row = session.execute("select count(*) from pg_tables where schemaname = 'public'")
            return int(row.fetchone()[0])  # type: ignore[index]

    def files(self) -> list[Path]:
        """Return the uploaded files that are there."""
        return [p for p in (Path(self.env["VAR_DIR"]) / "files").rglob("*") if p.is_file()]


@pytest.fixture
def here(transactional_db: None, settings: Any, tmp_path: Path) -> Path:
    """Fill the database, committed, and a folder of files; return where backups may go."""
    storage = Attachment._meta.get_field("file").storage  # type: ignore[union-attr]
    old = storage.location
    storage.__dict__.update(location=str(tmp_path / "files"), base_location=str(tmp_path / "files"))
    turn_day(day("11-24"))
    people = cast()
    built = enforcing(people).noticed("11-05")
    built.swept("11-20")
    for n in range(3):
        upload = SimpleUploadedFile(f"证据{n}.txt", f"证据 {n}".encode() * 1000)
        store(built.case, upload, now=at("11-06"), by=people.lin)
    (tmp_path / "key").write_bytes(SECRET + b"\n")
    yield tmp_path  # type: ignore[misc]
    storage.__dict__.update(location=old, base_location=old)


@pytest.fixture
def elsewhere(child_env: dict[str, str], tmp_path: Path) -> Iterator[Place]:
    """Return an empty place on the same server, gone afterwards."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    url = child_env["DATABASE_URL"].replace(f"/{connection.settings_dict['NAME']}?", f"/{name}?")
    place = Place({**child_env, "DATABASE_URL": url, "VAR_DIR": str(tmp_path / "elsewhere")})
    yield place
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def backed_up(here: Path, name: str = "b.backup", **options: Any) -> Path:
    """Back up and return the file."""
    call_command("backup", here / name, key_file=here / "key", stdout=StringIO(), **options)
    return here / name


# -- whole -------------------------------------------------------------------------------------


def test_a_backup_comes_back_in_another_place_and_everything_holds(
    here: Path, elsewhere: Place
) -> None:
    file = backed_up(here)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(here.glob("*.part")) == []
    code, said = elsewhere.run("restore", "--verify", file, "--key-file", here / "key")
    assert code == 0, said
    for line in ("备份完整", "已经恢复", "行数、附件与清单相符", "全部相符", "no difference"):
        assert line in said
    assert sorted(p.read_bytes() for p in elsewhere.files()) == [
        f"证据 {n}".encode() * 1000 for n in range(3)
    ]
    assert elsewhere.run("migrate", "--check")[0] == 0
    code, said = elsewhere.run("restore", file, "--key-file", here / "key")
    assert (code, "不是空的" in said, "createdb" in said) == (1, True, True)


@pytest.mark.slow
def test_a_court_of_2500_cases_comes_back_too(
    transactional_db: None, elsewhere: Place, tmp_path: Path
) -> None:
    quiet = {"stdout": StringIO()}
    turn_day(day("11-24"))
    call_command("load_courts", **quiet)
    call_command("generate_load", size="S", today=day("11-24"), **quiet)
    call_command("seal_digests", until=day("2024-01-02"), **quiet)
    (tmp_path / "key").write_bytes(SECRET)
    call_command("backup", tmp_path / "s.backup", key_file=tmp_path / "key", **quiet)
    code, said = elsewhere.run(
        "restore", "--verify", tmp_path / "s.backup", "--key-file", tmp_path / "key"
    )
    assert code == 0, said
    assert "核验 2500 件案件" in said


def test_the_file_shows_nothing_of_what_is_in_it(here: Path) -> None:
    content = backed_up(here).read_bytes()
    for word in ("证据", "陕1002", "cases_caseevent", "PGDMP"):
        assert word.encode() not in content


def test_a_backup_into_a_folder_is_named_by_its_moment_and_none_is_overwritten(here: Path) -> None:
    call_command("backup", here, key_file=here / "key", stdout=StringIO())
    assert len(list(here.glob("enforcement-2*.backup"))) == 1
    backed_up(here)
    with pytest.raises(CommandError, match="不覆盖"):
        backed_up(here)


def test_a_backup_can_be_checked_where_nothing_is_restored(here: Path) -> None:
    out = StringIO()
    call_command("restore", backed_up(here), key_file=here / "key", check=True, stdout=out)
    assert "备份完整" in out.getvalue()
    assert "附件 3 个" in out.getvalue()


# -- refused -----------------------------------------------------------------------------------


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def cut_at_a_chunk(content: bytes) -> bytes:
    return content[: 61 + 3 * (cipher.CHUNK + cipher.TAG)]


def cut_to_nothing(content: bytes) -> bytes:
    return content[:30]


def changed_in_the_middle(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def changed_at_the_end(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def changed_salt(content: bytes) -> bytes:
    return content[:40] + bytes([content[40] ^ 1]) + content[41:]


def two_chunks_turned_round(content: bytes) -> bytes:
    head, size = content[:61], cipher.CHUNK + cipher.TAG
    body = content[61:]
    return head + body[size : 2 * size] + body[:size] + body[2 * size :]


def something_added(content: bytes) -> bytes:
    return content + b"more"


SPOILED: list[tuple[Callable[[bytes], bytes], str]] = [
    (cut, "损坏|不完整"),
    (cut_at_a_chunk, "不完整"),
    (cut_to_nothing, "不是备份文件"),
    (changed_in_the_middle, "已经损坏"),
    (changed_at_the_end, "已经损坏"),
    (changed_salt, "已经损坏"),
    (two_chunks_turned_round, "已经损坏"),
    (something_added, "已经损坏"),
]


@pytest.mark.parametrize(
    ("spoil", "said"), SPOILED, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_spoiled_stream_is_refused_with_its_reason(
    spoil: Callable[[bytes], bytes], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cipher, "CHUNK", 100)
    target = io.BytesIO()
    sealer = Sealer(target, SECRET)
    sealer.write(bytes(range(256)) * 4)
    sealer.finish()
    whole = target.getvalue()
    assert b"".join(opened(io.BytesIO(whole), SECRET)) == bytes(range(256)) * 4
    with pytest.raises(Refused, match=said):
        list(opened(io.BytesIO(spoil(whole)), SECRET))


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 200])
def test_a_stream_of_any_length_comes_back(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cipher, "CHUNK", 100)
    target = io.BytesIO()
    sealer = Sealer(target, SECRET)
    for n in range(size):
        sealer.write(bytes([n % 256]))
    sealer.finish()
    target.seek(0)
    assert b"".join(opened(target, SECRET)) == bytes(n % 256 for n in range(size))


def test_nothing_is_restored_from_what_cannot_be_relied_upon(here: Path, elsewhere: Place) -> None:
    whole = backed_up(here).read_bytes()
    spoiled, other = here / "spoiled", here / "other-key"
    other.write_bytes(SECRET[::-1])
    spoiled.write_bytes(changed_at_the_end(whole))
    tried = [
        (spoiled, here / "key", "已经损坏"),
        (here / "none", here / "key", "读不出来"),
        (here / "b.backup", other, "密钥不对"),
        (here / "b.backup", here / "none", "密钥文件"),
    ]
    for file, key, why in tried:
        code, said = elsewhere.run("restore", "--verify", file, "--key-file", key)
        assert (code, why in said) == (1, True), said
    assert (elsewhere.tables(), elsewhere.files()) == (0, [])


def rewritten(file: Path, keep: Callable[[dict[str, Any]], bool]) -> Path:
    """Write a backup again without some of its parts, as only a holder of the key could."""
    target = file.with_suffix(".less")
    with file.open("rb") as source, target.open("wb") as sink:
        sealer = Sealer(sink, SECRET)
        for part in parts.parts(opened(source, SECRET)):
            content = list(part.content())
            if keep(part.title):
                parts.put(sealer, part.title, content)
        sealer.finish()
    return target


def test_a_backup_without_one_of_its_parts_is_refused(here: Path) -> None:
    file = backed_up(here)
    assert restoring.check(rewritten(file, lambda title: True), SECRET)["files"]["count"] == 3
    names = iter(range(9))
    less_a_file = rewritten(file, lambda t: t["name"] != "file" or next(names) != 1)
    with pytest.raises(Refused, match="应有 3 个，实有 2 个"):
        restoring.check(less_a_file, SECRET)
    with pytest.raises(Refused, match="数据库与清单不符"):
        restoring.check(rewritten(file, lambda title: title["name"] != "database"), SECRET)
    with pytest.raises(Refused, match="没有清单"):
        restoring.check(rewritten(file, lambda title: title["name"] != "manifest"), SECRET)


def test_a_restore_that_fails_half_way_leaves_nothing(
    here: Path, elsewhere: Place, tmp_path: Path
) -> None:
    """The database's part is no dump: files were written already, and are taken away again."""
    target = tmp_path / "bad"
    manifest = restoring.check(backed_up(here), SECRET)
    with (here / "b.backup").open("rb") as source, target.open("wb") as sink:
        sealer = Sealer(sink, SECRET)
        for part in parts.parts(opened(source, SECRET)):
            content = list(part.content())
            if part.title["name"] == "database":
                manifest["database"] = parts.put(sealer, part.title, [b"PGDMP and nothing more"])
            elif part.title["name"] == "manifest":
                parts.put(sealer, part.title, [making.json.dumps(manifest).encode()])
            else:
                parts.put(sealer, part.title, content)
        sealer.finish()
    code, said = elsewhere.run("restore", target, "--key-file", here / "key")
    assert (code, "pg_restore 没有成功" in said) == (1, True), said
    assert (elsewhere.tables(), elsewhere.files()) == (0, [])


def test_a_place_with_files_in_it_is_refused(here: Path, elsewhere: Place) -> None:
    file = backed_up(here)
    (Path(elsewhere.env["VAR_DIR"]) / "files" / "old").mkdir(parents=True)
    (Path(elsewhere.env["VAR_DIR"]) / "files" / "old" / "x.txt").write_text("here before")
    code, said = elsewhere.run("restore", file, "--key-file", here / "key")
    assert (code, "附件目录不是空的" in said) == (1, True), said
    assert elsewhere.tables() == 0


@pytest.mark.parametrize("name", ["DATA_KEY", "INDEX_KEY"])
def test_a_restore_whose_personal_data_could_not_be_read_is_refused(
    here: Path, elsewhere: Place, name: str
) -> None:
    elsewhere.env[name] = "another key of at least fifty characters, for this test only"
    code, said = elsewhere.run("restore", backed_up(here), "--key-file", here / "key")
    assert (code, f"{name} 与备份时的不同" in said) == (1, True), said
    assert elsewhere.tables() == 0


def test_a_lost_upload_stops_the_backup_unless_it_is_said_to_go_on(here: Path) -> None:
    gone = Attachment.objects.order_by("id").first()
    assert gone is not None
    Path(gone.file.path).unlink()
    with pytest.raises(CommandError, match="有 1 个附件在存储里找不到"):
        backed_up(here)
    assert list(here.glob("b.*")) == []
    file = backed_up(here, without_missing=True, stderr=StringIO())
    manifest = restoring.check(file, SECRET)
    assert (manifest["missing"], manifest["files"]["count"]) == ([gone.file.name], 2)


def test_a_folder_that_cannot_be_written_leaves_nothing(here: Path) -> None:
    (here / "file").touch()
    with pytest.raises(CommandError, match="写不下去"):
        backed_up(here, "file/b.backup")


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"k" * 31)
    (tmp_path / "long").write_bytes(b"k" * 32 + b"\n")
    assert read_key(tmp_path / "long") == b"k" * 32
    with pytest.raises(Refused, match="太短"):
        read_key(tmp_path / "short")


def test_the_program_fits_the_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def program(major: int) -> Path:
        path = tmp_path / f"pg_dump{major}"
        path.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {major}.3 (Somewhere)'\n")
        path.chmod(0o755)
        return path

    have = [program(18), program(15), program(16), tmp_path / "none"]
    monkeypatch.setattr(tools, "candidates", lambda name: iter(have))
    assert tools.fitting("pg_dump", 15) == tmp_path / "pg_dump15"
    assert tools.fitting("pg_dump", 17) == tmp_path / "pg_dump18"
    with pytest.raises(Refused, match="没有适合 PostgreSQL 19 的 pg_dump（现有版本：15、16、18）"):
        tools.fitting("pg_dump", 19)
