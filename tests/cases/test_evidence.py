"""An exported timeline is verified elsewhere, by a script that knows nothing of this system.

The script runs as a process of its own, isolated (``python -I``) in an empty folder.
"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import transaction

from cases import chain, evidence, signing
from cases.comparing import digests_in_order
from cases.models import Case
from cases.sealing import seal
from tests.builders import CaseBuilder, at, day, enforcing
from tests.cases.test_ledger import superuser
from tests.people import People

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "verify_timeline.py"
SEALED = "11-12"
Timeline = dict[str, Any]


@dataclass
class Court:
    """Another court: a folder with the script, the digest and the public key it was given."""

    folder: Path

    def verify(
        self, timeline: Timeline, *, digest: str = "digest.json", key: str = "key.txt"
    ) -> tuple[int, str]:
        """Run the script on a timeline; return its exit code and what it said."""
        (self.folder / "timeline.json").write_text(evidence.written(timeline), encoding="utf-8")
        done = subprocess.run(
            [
                *(sys.executable, "-I", "verify_timeline.py", "timeline.json"),
                *("--digest", digest, "--public-key", key),
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            env={"PATH": "", "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """Return a case with nine events between others; seven of them are sealed, on two days."""
    for _ in range(2):
        enforcing(people).noticed("11-05")
    built = enforcing(people)
    built.swept("11-10")
    built.noticed("11-10").with_lead("11-11")
    seal(day("11-11"), at("11-12"))
    enforcing(people, "11-10")
    built.verified("11-12")
    seal(day(SEALED), at("11-13"))
    built.with_lead("11-13").verified("11-14")
    return built


@pytest.fixture
def court(built: CaseBuilder, tmp_path: Path) -> Court:
    """Return another court that keeps the digest of the day and knows the public key."""
    shutil.copy(SCRIPT, tmp_path)
    call_command("export_digest", day(SEALED), tmp_path / "digest.json", stdout=StringIO())
    call_command("digest_key", tmp_path / "key.txt", stderr=StringIO())
    return Court(tmp_path)


@pytest.fixture
def timeline(built: CaseBuilder) -> Timeline:
    """Return the exported timeline of the case."""
    exported = evidence.timeline_file(built.case)
    assert exported.differing == []
    return json.loads(evidence.written(exported.data))  # type: ignore[no-any-return]


def rechained(timeline: Timeline) -> None:
    """Number and hash the events anew, as a forger who knows the way would."""
    before = chain.GENESIS
    for seq, event in enumerate(timeline["events"], 1):
        event["seq"] = seq
        line = "\n".join(
            [
                *(str(timeline["case"]["id"]), str(seq), event["kind"], event["on"]),
                *(str(event["at"]), str(event["by"] or ""), event["data"]),
            ]
        )
        before = chain.link(before, line)
        event["hash"] = before.hex()


# -- untouched ---------------------------------------------------------------------------------


def test_an_untouched_timeline_is_confirmed_and_what_came_later_is_said(
    court: Court, timeline: Timeline
) -> None:
    code, said = court.verify(timeline)
    assert code == 0, said
    assert "截至 2026-11-12 的 7 项记录与封存时一致" in said
    assert "其后的 2 项不在 2026-11-12 的摘要范围内" in said
    assert "核验通过" in said


def test_each_days_digest_confirms_its_own_part(
    court: Court, built: CaseBuilder, timeline: Timeline
) -> None:
    earlier = evidence.digest_file(evidence.digest_of(day("11-11")))
    (court.folder / "earlier.json").write_text(evidence.written(earlier), encoding="utf-8")
    code, said = court.verify(timeline, digest="earlier.json")
    assert code == 0, said
    assert "截至 2026-11-11 的 6 项" in said


def test_the_file_holds_nothing_personal(timeline: Timeline, people: People) -> None:
    text = json.dumps(timeline, ensure_ascii=False)
    for word in ("陈某", "建设有限公司", people.lin.name, "13900000000", "某银行账户"):
        assert word not in text


# -- tampered with -----------------------------------------------------------------------------


def changed(timeline: Timeline) -> None:
    timeline["events"][3]["on"] = "2026-11-04"


def removed(timeline: Timeline) -> None:
    del timeline["events"][3]


def removed_end(timeline: Timeline) -> None:
    del timeline["events"][6:]


def reordered(timeline: Timeline) -> None:
    events = timeline["events"]
    events[3], events[4] = events[4], events[3]


def inserted(timeline: Timeline) -> None:
    slipped = copy.deepcopy(timeline["events"][4]) | {"kind": "lead.submitted"}
    timeline["events"].insert(4, slipped)


def inserted_at_the_sealed_end(timeline: Timeline) -> None:
    slipped = copy.deepcopy(timeline["events"][5]) | {"kind": "lead.submitted"}
    timeline["events"].insert(6, slipped)


CRIMES = [changed, removed, removed_end, reordered, inserted, inserted_at_the_sealed_end]


@pytest.mark.parametrize("forged", [False, True], ids=["clumsily", "with a chain forged anew"])
@pytest.mark.parametrize("crime", CRIMES, ids=lambda crime: crime.__name__)
def test_what_was_done_to_a_timeline_after_it_was_sealed_is_found(
    court: Court, timeline: Timeline, crime: Callable[[Timeline], None], forged: bool
) -> None:
    crime(timeline)
    if forged:
        rechained(timeline)
    code, said = court.verify(timeline)
    assert code == 1, said
    assert "核验不通过" in said


@pytest.mark.parametrize(
    ("crime", "named"),
    [
        (changed, "第 4 项的内容与哈希不符"),
        (removed, "第 4 项缺失"),
        (removed_end, "封存时有 7 项，现在只有 6 项：有记录被删去"),
        (reordered, "第 4 项的次序被调换"),
        (inserted, "第 5 项出现多次"),
    ],
)
def test_a_clumsy_crime_is_named_with_its_place(
    court: Court, timeline: Timeline, crime: Callable[[Timeline], None], named: str
) -> None:
    crime(timeline)
    assert named in court.verify(timeline)[1]


def test_a_forged_chain_is_named_by_the_first_event_that_was_not_sealed(
    court: Court, timeline: Timeline
) -> None:
    changed(timeline)
    rechained(timeline)
    said = court.verify(timeline)[1]
    assert "第 4 项不是 2026-11-11 封存的那一项" in said
    assert "前 7 项与 2026-11-12 封存时不同" in said


def test_another_case_cannot_be_shown_under_the_number(court: Court, timeline: Timeline) -> None:
    timeline["case"]["number"] = "（2026）陕1002执999号"
    code, said = court.verify(timeline)
    assert (code, "与 2026-11-12 摘要的根不符" in said) == (1, True)


def test_a_proof_cannot_be_made_up(court: Court, timeline: Timeline) -> None:
    removed(timeline)
    rechained(timeline)
    seal_ = timeline["seals"][-1]
    seal_["case"] |= {"length": 6, "head": timeline["events"][5]["hash"]}
    seal_["events"] = []
    assert court.verify(timeline)[0] == 1


# -- no verdict --------------------------------------------------------------------------------


def test_another_key_is_refused(court: Court, timeline: Timeline) -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    code, said = court.verify(timeline, key=other)
    assert (code, "另一把密钥" in said) == (2, True)


def test_a_digest_changed_by_a_byte_is_refused(court: Court, timeline: Timeline) -> None:
    path = court.folder / "digest.json"
    path.write_text(path.read_text("utf-8").replace('"cases": 4', '"cases": 5'), "utf-8")
    code, said = court.verify(timeline)
    assert (code, "签名不对" in said) == (2, True)


def test_a_day_without_a_proof_is_said_and_got_by_asking(
    court: Court, built: CaseBuilder, timeline: Timeline
) -> None:
    timeline["seals"] = timeline["seals"][:1]
    code, said = court.verify(timeline)
    assert (code, "没有 2026-11-12 摘要的证明" in said) == (2, True)
    seal(day("11-15"), at("11-16"))
    out = court.folder / "asked.json"
    call_command("export_timeline", built.case.number, out, day=[day("11-12")], stdout=StringIO())
    asked = json.loads(out.read_text("utf-8"))
    days = [s["content"]["day"][5:] for s in asked["seals"]]
    assert days == ["11-11", "11-12", "11-13", "11-14", "11-15"]
    assert court.verify(asked)[0] == 0


@pytest.mark.parametrize(
    "spoiled", [{}, {"format": "enforcement-timeline/1"}, {"format": "something else"}]
)
def test_a_file_that_is_no_timeline_gets_no_verdict(court: Court, spoiled: Timeline) -> None:
    code, said = court.verify(spoiled)
    assert (code, "不能核验" in said) == (2, True)


# -- commands ----------------------------------------------------------------------------------


def test_an_unsealed_day_and_an_unknown_case_are_said_so(
    built: CaseBuilder, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="2026-11-13 没有封存摘要（已封存的是 2026-11-11 至"):
        call_command("export_digest", date(2026, 11, 13), tmp_path / "x")
    with pytest.raises(CommandError, match="没有封存摘要"):
        call_command("export_timeline", built.case.number, tmp_path / "x", day=[date(2026, 11, 1)])
    with pytest.raises(CommandError, match="没有案号为"):
        call_command("export_timeline", "（2026）陕1002执999号", tmp_path / "x")
    assert not (tmp_path / "x").exists()
    with pytest.raises(CommandError, match="不能写入"):
        call_command("export_digest", day(SEALED), tmp_path / "none" / "x")


def test_without_any_digest_an_export_says_that_it_proves_nothing(
    people: People, tmp_path: Path
) -> None:
    built, out = enforcing(people), StringIO()
    call_command("export_timeline", built.case.number, tmp_path / "t.json", stdout=out)
    assert "没有证明" in out.getvalue()
    with pytest.raises(CommandError, match="还没有封存过"):
        call_command("export_digest", date(2026, 11, 4), tmp_path / "x")


def against(court: Court, **options: Any) -> str:
    """Verify the ledger against the digest that the other court keeps; return what was said."""
    out = StringIO()
    try:
        call_command("verify_ledger", against=court.folder / "digest.json", stdout=out, **options)
    except CommandError as refused:
        return out.getvalue() + str(refused)
    return out.getvalue()


def test_the_ledger_agrees_with_a_digest_kept_elsewhere(court: Court, built: CaseBuilder) -> None:
    assert "全部相符" in against(court)
    assert "全部相符" in against(court, case=built.case.pk)


#: What a superuser may do who also mends the chain and the case's row.
MENDED = """
WITH RECURSIVE anew AS (
    SELECT seq, timeline_link(decode(repeat('00', 32), 'hex'), NULL, timeline_text(
        case_id, seq::int, kind, "on", at, by_id, data)) AS hash
    FROM cases_caseevent WHERE case_id = %(case)s AND seq = 1
    UNION ALL
    SELECT e.seq, timeline_link(anew.hash, NULL, timeline_text(
        e.case_id, e.seq::int, e.kind, e."on", e.at, e.by_id, e.data))
    FROM anew JOIN cases_caseevent e ON e.case_id = %(case)s AND e.seq = anew.seq + 1
), mended AS (
    UPDATE cases_caseevent e SET hash = anew.hash FROM anew
    WHERE e.case_id = %(case)s AND e.seq = anew.seq
)
UPDATE cases_case SET version = l.seq, head = l.hash
FROM (SELECT * FROM anew ORDER BY seq DESC LIMIT 1) l WHERE id = %(case)s
"""
DONE = {
    "changed": [
        """UPDATE cases_caseevent SET "on" = "on" - 1 WHERE case_id = {case} AND seq = 4"""
    ],
    "removed": [
        "DELETE FROM cases_caseevent WHERE case_id = {case} AND seq = 4",
        "UPDATE cases_caseevent SET seq = seq + 100 WHERE case_id = {case} AND seq > 4",
        "UPDATE cases_caseevent SET seq = seq - 101 WHERE case_id = {case} AND seq > 100",
    ],
    "reordered": [
        "UPDATE cases_caseevent SET seq = 99 WHERE case_id = {case} AND seq = 4",
        "UPDATE cases_caseevent SET seq = 4 WHERE case_id = {case} AND seq = 5",
        "UPDATE cases_caseevent SET seq = 5 WHERE case_id = {case} AND seq = 99",
    ],
    "inserted": [
        "UPDATE cases_caseevent SET seq = seq + 100 WHERE case_id = {case} AND seq > 7",
        "UPDATE cases_caseevent SET seq = seq - 99 WHERE case_id = {case} AND seq > 100",
        """INSERT INTO cases_caseevent (case_id, seq, kind, "on", at, data, hash)
        SELECT case_id, 8, 'lead.submitted', "on", at, data, hash FROM cases_caseevent
        WHERE case_id = {case} AND seq = 6""",
    ],
    "removed with its case": ["DELETE FROM cases_caseevent WHERE case_id = {case}"],
}


@pytest.mark.parametrize("crime", [c for c in DONE if c != "inserted"])
def test_a_mended_crime_in_the_database_is_found_by_the_digest_alone(
    court: Court, built: CaseBuilder, crime: str
) -> None:
    with superuser() as cursor, transaction.atomic():
        for statement in DONE[crime]:
            cursor.execute(statement.format(case=built.case.pk))
        if crime.startswith("removed with"):
            cursor.execute("DELETE FROM cases_case WHERE id = %s", [built.case.pk])
        else:
            cursor.execute(MENDED, {"case": built.case.pk})
            call_command("verify_ledger", stdout=StringIO())  # the chain itself tells nothing
        found = against(court)
        transaction.set_rollback(True)
    assert "处不符" in found
    assert "现有" in found
    assert "第一处不符在编号" in found


def test_an_event_slipped_in_behind_the_sealed_ones_is_found_by_the_next_digest(
    court: Court, built: CaseBuilder
) -> None:
    """Nothing that was sealed changed: it shows as late, on a day nobody worked on the case."""
    with superuser() as cursor:
        for statement in DONE["inserted"]:
            cursor.execute(statement.format(case=built.case.pk))
        cursor.execute(MENDED, {"case": built.case.pk})
    assert "全部相符" in against(court)
    seal(day("11-14"), at("11-15"))
    late = [evidence.digest_of(day(d)).fields["late"] for d in ("11-13", "11-14")]
    assert sum(late) == 1


@pytest.mark.parametrize("crime", ["changed", "removed"])
def test_the_next_digest_itself_shows_that_a_sealed_event_is_gone(
    court: Court, built: CaseBuilder, crime: str
) -> None:
    """Totals of two days in a row must differ by the events of the second."""
    with superuser() as cursor:
        for statement in DONE[crime]:
            cursor.execute(statement.format(case=built.case.pk))
        cursor.execute(MENDED, {"case": built.case.pk})
    seal(day("11-13"), at("11-14"))
    faults = [str(fault) for fault in digests_in_order()]
    assert len(faults) == (crime == "removed")
    assert all("期间有记录被增删" in fault for fault in faults)


def test_an_exporter_whose_records_were_changed_says_so_and_the_script_finds_it(
    court: Court, built: CaseBuilder
) -> None:
    with superuser() as cursor:
        cursor.execute(DONE["changed"][0].format(case=built.case.pk))
        cursor.execute(MENDED, {"case": built.case.pk})
    path = court.folder / "exported.json"
    with pytest.raises(CommandError, match="与 2026-11-11、2026-11-12 的封存摘要不符"):
        call_command("export_timeline", built.case.number, path, stdout=StringIO())
    assert court.verify(json.loads(path.read_text("utf-8")))[0] == 1
    assert "该案或同一分块其他案件的记录" in against(court, case=built.case.pk)


def test_a_digest_replaced_in_the_database_is_found(court: Court, built: CaseBuilder) -> None:
    with superuser() as cursor:
        cursor.execute("UPDATE cases_digest SET content = replace(content, '-12', '-12 ')")
    said = against(court)
    assert "摘要的内容与签名不符" in said


def test_the_ledger_is_not_held_against_what_cannot_be_relied_upon(
    court: Court, built: CaseBuilder
) -> None:
    other = court.folder / "other.txt"
    other.write_text(Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex())
    assert "另一把密钥" in against(court, public_key=other)
    assert "全部相符" in against(court, public_key=court.folder / "key.txt")
    path = court.folder / "digest.json"
    whole = path.read_text("utf-8")
    path.write_text(whole.replace('"events": ', '"events": 1'), "utf-8")
    assert "签名不对" in against(court)
    path.write_text(whole[:-30], "utf-8")
    assert "读不出来" in against(court)
    path.unlink()
    assert "读不出来" in against(court)


def test_the_public_key_is_printed_with_its_fingerprint(db: None) -> None:
    out, aside = StringIO(), StringIO()
    call_command("digest_key", stdout=out, stderr=aside)
    assert out.getvalue().strip() == signing.public_key()
    assert signing.fingerprint(signing.public_key()) in aside.getvalue()


def test_every_case_has_its_proof_in_the_latest_digest(court: Court, built: CaseBuilder) -> None:
    for case in Case.objects.all():
        exported = evidence.timeline_file(case)
        assert exported.differing == []
        assert court.verify(json.loads(evidence.written(exported.data)))[0] == 0
