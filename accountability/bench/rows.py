"""Rows of one court's cases: shapes filled in with ids, people and amounts, and chained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from accountability.bench.names import natural_name, person
from accountability.bench.plan import Docket, Filing
from accountability.bench.shapes import Raised, Shape, Told
from cases import chain
from cases.actions.filing import TYPE_CHAR, query_hash
from cases.numbers import format_number
from deadlines.clocks import Clock
from enforcement.roles import Role

Row = tuple[Any, ...]
#: Tables in the order in which they are filled, with the columns.
TABLES: dict[str, tuple[str, ...]] = {
    "enforcement_user": (
        "id", "password", "is_superuser", "username", "first_name", "last_name", "email",
        "is_staff", "is_active", "date_joined", "name",
    ),
    "enforcement_post": ("user_id", "court_id", "role", "first_day"),
    "cases_numberseries": ("court_id", "year", "type_char", "last"),
    "cases_case": (
        "id", "court_id", "high_id", "intermediate_id", "year", "type_char", "serial", "number",
        "procedure", "state", "version", "head", "applied_on", "filed_on", "received_on",
        "closed_on", "closing_method", "basis", "basis_number", "basis_body", "basis_text",
        "amount", "received_amount", "handler_id", "query_code_hash", "last_kind", "last_on",
    ),
    "cases_party": (
        "id", "case_id", "role", "kind", "name", "id_number", "id_blind", "phone",
    ),
    "cases_handlerterm": ("case_id", "user_id", "first_day", "last_day"),
    "cases_caseevent": ("id", "case_id", "seq", "kind", "on", "at", "by_id", "data", "hash"),
    "cases_eventnote": ("event_id", "text"),
    "cases_lead": (
        "id", "case_id", "party_id", "asset_kind", "content", "urgent", "submitted_on", "state",
        "finding", "verified_on", "verified_by_id", "void",
    ),
    "cases_measure": (
        "id", "case_id", "kind", "asset_kind", "target", "amount", "effective_on", "expires_on",
        "void",
    ),
    "cases_listing": (
        "id", "case_id", "debtor_id", "ground", "decided_on", "published_on", "state", "void",
    ),
    "deadlines_clock": (
        "case_id", "court_id", "rule", "version", "start_seq", "start_on", "subject", "raw_end",
        "due", "state", "stopped_on", "stop_seq", "lapse_on", "amber_on", "severity", "duty",
    ),
    "deadlines_sheet": (
        "case_id", "seen", "token", "next_look", "next_due", "handler_id", "court_id", "sick",
        "built_at",
    ),
    "accountability_flag": (
        "id", "case_id", "court_id", "rule", "version", "start_seq", "start_on", "due",
        "lapse_on", "duty", "holder_id", "state", "level", "raised_on", "raised_at",
        "demanded_on",
    ),
    "accountability_explanation": ("flag_id", "by_id", "on", "ground", "text", "late"),
    "accountability_flagreview": (
        "flag_id", "by_id", "explained_by_id", "holder_id", "on", "outcome", "ground", "past",
    ),
}  # fmt: skip
#: Tables whose ids stand in events or other rows, so that they are given out here.
NUMBERED = (
    "enforcement_user", "cases_case", "cases_party", "cases_caseevent", "cases_lead",
    "cases_measure", "cases_listing", "accountability_flag",
)  # fmt: skip
SINCE = date(2012, 1, 1)
#: Posts of every court that has cases, beside its judges.
POSTS = {
    "clerk": Role.FILING_CLERK, "bureau": Role.BUREAU_HEAD, "president": Role.PRESIDENT,
    "above": Role.SUPERVISOR,
}  # fmt: skip


def query_code(seed: int) -> str:
    """Return the query code of every case of a load: they are fictional, so one is enough."""
    return f"LOAD{2000 + seed % 7000:04d}".replace("0", "2").replace("1", "3")


@dataclass
class Ids:
    """The last id given out in each table that is numbered here."""

    last: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def next(self, table: str) -> int:
        """Give out the next id of a table."""
        self.last[table] += 1
        return self.last[table]


@dataclass
class Filler:
    """Fills the rows of one court into ``out`` (table → rows).

    Attributes:
        token: of the rules and the calendar; ``built_at``: when the sheets were made.
    """

    seed: int
    docket: Docket
    ids: Ids
    token: str
    built_at: datetime
    out: dict[str, list[Row]]
    staff: dict[str, int] = field(default_factory=dict)
    judges: list[int] = field(default_factory=list)
    serials: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def fill(self, cases: Iterable[tuple[Filing, Shape]]) -> None:
        """Write the people of the court, its cases in order of filing, and its series."""
        # repeatable on purpose
        self.draw = Random(f"rows {self.seed} {self.docket.court.key}")  # noqa: S311
        self._people()
        for filing, shape in cases:
            self._case(filing, shape)
        self.out["cases_numberseries"] += [
            (self.docket.court.key, year, TYPE_CHAR, last) for year, last in self.serials.items()
        ]

    # -- people ----------------------------------------------------------------------------------

    def _people(self) -> None:
        for name, role in POSTS.items():
            self.staff[name] = self._person(name, role)
        count = self.docket.judges
        self.judges = [self._person(f"judge{n}", Role.JUDGE) for n in range(count)]

    def _person(self, name: str, role: Role) -> int:
        court, pk = self.docket.court, self.ids.next("enforcement_user")
        self.out["enforcement_user"].append(
            (pk, "!", False, f"load-{court.key}-{name}", "", "", "", False, True, self.built_at,
             natural_name(self.draw))
        )  # fmt: skip
        self.out["enforcement_post"].append((pk, court.key, str(role), SINCE))
        return pk

    # -- one case --------------------------------------------------------------------------------

    def _case(self, filing: Filing, shape: Shape) -> None:
        docket, ids, out = self.docket, self.ids, self.out
        case_id, year = ids.next("cases_case"), filing.filed.year
        self.serials[year] = serial = self.serials[year] + 1
        number = format_number(year, docket.court.code, TYPE_CHAR, serial)
        cents = min(int(self.draw.lognormvariate(15.6, 1.5)), 10**13)
        known: dict[str, Any] = {
            **self.staff, "number": number, "amount": f"{cents // 100}.{cents % 100:02d}",
            "share": f"{cents // 300}.00",
        }  # fmt: skip
        first = self.draw.randrange(len(self.judges))
        known["judge"] = self.judges[first]
        known["judge2"] = self.judges[(first + 1) % len(self.judges)]
        self._parties(case_id, shape, known)
        self._number(shape, known)
        head = self._events(case_id, shape, known)
        last = shape.events[-1]
        handler = known[shape.terms[-1][0]] if shape.terms else None
        paid = {"performed": known["amount"], "round_ended": known["share"]}.get(shape.method, "0")
        out["cases_case"].append((
            case_id, docket.court.key, docket.high, docket.intermediate, year, TYPE_CHAR, serial,
            number, str(shape.course.procedure), shape.state, len(shape.events), head,
            shape.applied_on, filing.filed, shape.received_on, shape.closed_on, shape.method,
            shape.course.basis, f"（{year - 1}）民初{serial}号", docket.court.name, "",
            known["amount"], paid, handler, query_hash(number, query_code(self.seed)), last.kind,
            last.on,
        ))  # fmt: skip
        out["cases_handlerterm"] += [(case_id, known[w], a, z) for w, a, z in shape.terms]
        self._sheet(case_id, shape, known, handler)
        for flag, clock in shape.flags:
            self._flag(case_id, flag, clock, known)

    def _parties(self, case_id: int, shape: Shape, known: dict[str, Any]) -> None:
        for n in range(shape.course.parties):
            pk, debtor = self.ids.next("cases_party"), n % 2 == 1
            who = person(self.draw, 0.6 if debtor else 0.5)
            role = "debtor" if debtor else "applicant"
            known[f"party{n}"] = pk
            self.out["cases_party"].append(
                (pk, case_id, role, who.kind, who.name, who.sealed_id, who.blind, who.sealed_phone)
            )

    def _number(self, shape: Shape, known: dict[str, Any]) -> None:
        """Give out the ids that stand in events before the rows they belong to are written."""
        for table, name in _NAMED.items():
            for told in shape.events:
                place = told.row["data"].get(name)
                if place and (key := place[1:-1]) not in known:
                    known[key] = self.ids.next(table)

    def _events(self, case_id: int, shape: Shape, known: Mapping[str, Any]) -> bytes:
        """Chain the events, write the rows they made, and return the head."""
        head, rows, ids = chain.GENESIS, self.out["cases_caseevent"], self.ids
        found: dict[str, list[Any]] = {}
        for told in shape.events:
            data, by = told.text % known, known[told.by] if told.by else None
            line = chain.text(case_id, told.seq, told.kind, told.on, told.at, by, data)
            head = chain.link(head, line)
            pk = ids.next("cases_caseevent")
            rows.append((pk, case_id, told.seq, told.kind, told.on, told.at, by, data, head))
            if told.seq in shape.notes:
                self.out["cases_eventnote"].append((pk, shape.notes[told.seq]))
            if make := _MADE.get(told.kind):
                make(case_id, told, known, by, found)
        for key, row in found.items():
            self.out[_TABLE_OF[key[0]]].append(tuple(row))
        return head

    def _sheet(
        self, case_id: int, shape: Shape, known: Mapping[str, Any], handler: int | None
    ) -> None:
        court, clocks = self.docket.court.key, self.out["deadlines_clock"]
        for c in shape.clocks:
            subject = c.subject % known if c.subject else ""
            clocks.append((
                case_id, court, c.rule, c.version, c.start_seq, c.start_on, subject, c.raw_end,
                c.due, c.state, c.stopped_on, c.stop_seq, c.lapse_on, c.amber_on, c.severity,
                c.duty,
            ))  # fmt: skip
        self.out["deadlines_sheet"].append(
            (case_id, len(shape.events), self.token, shape.looks, shape.due, handler, court, "",
             self.built_at)
        )  # fmt: skip

    def _flag(self, case_id: int, flag: Raised, clock: Clock, known: Mapping[str, Any]) -> None:
        pk, out = known[f"flag{flag.nth}"], self.out
        holder = known[flag.holder] if flag.holder else None
        raised = clock.lapse_on or self.built_at.date()
        at = datetime.combine(raised, time(0), UTC) - timedelta(hours=8)
        out["accountability_flag"].append((
            pk, case_id, self.docket.court.key, clock.rule, clock.version, clock.start_seq,
            clock.start_on, clock.due, clock.lapse_on, clock.duty, holder, flag.state, flag.level,
            raised, at, flag.demanded_on,
        ))  # fmt: skip
        answers = holder or known["bureau"]
        if flag.explained_on:
            row = (pk, answers, flag.explained_on, "workload", "案件集中，未能按期办理。", False)
            out["accountability_explanation"].append(row)
        if flag.judged_on:
            by = known["bureau"] if flag.holder else known["above"]
            out["accountability_flagreview"].append(
                (pk, by, answers, holder, flag.judged_on, flag.outcome, "经审查作出。", False)
            )


# -- rows that events make -----------------------------------------------------------------------

Found = dict[str, list[Any]]
_NAMED = {
    "cases_lead": "lead", "cases_measure": "measure", "cases_listing": "listing",
    "accountability_flag": "flag",
}  # fmt: skip
_TABLE_OF = {"l": "cases_lead", "m": "cases_measure", "x": "cases_listing"}


def _lead(case_id: int, told: Told, known: Mapping[str, Any], by: Any, found: Found) -> None:
    data = told.row["data"]
    pk = known[data["lead"][1:-1]]
    words = "被执行人在本地有银行账户，请核查。"
    found[f"l{pk}"] = [
        pk, case_id, known["party0"], "deposit", words, data["urgent"], told.on, "submitted", "",
        None, None, False,
    ]  # fmt: skip


def _verified(case_id: int, told: Told, known: Mapping[str, Any], by: Any, found: Found) -> None:
    data = told.row["data"]
    row = found[f"l{known[data['lead'][1:-1]]}"]
    row[7:11] = [data["result"], "已经核查。", told.on, by]


def _measure(case_id: int, told: Told, known: Mapping[str, Any], by: Any, found: Found) -> None:
    data, asset = told.row["data"], {"freeze": "deposit", "seal": "real_estate"}
    pk, kind = known[data["measure"][1:-1]], data["measure_kind"]
    found[f"m{pk}"] = [
        pk, case_id, kind, asset.get(kind, "vehicle"), "被执行人名下财产", known["share"], told.on,
        told.row["until"], False,
    ]  # fmt: skip


def _listing(case_id: int, told: Told, known: Mapping[str, Any], by: Any, found: Found) -> None:
    data = told.row["data"]
    pk = known[data["listing"][1:-1]]
    found[f"x{pk}"] = [
        pk, case_id, known["party1"], data["ground"], told.on, None, "decided", False,
    ]  # fmt: skip


def _published(case_id: int, told: Told, known: Mapping[str, Any], by: Any, found: Found) -> None:
    row = found[f"x{known[told.row['data']['listing'][1:-1]]}"]
    row[5:7] = [told.on, "published"]


_MADE = {
    "lead.submitted": _lead, "lead.verified": _verified, "measure.taken": _measure,
    "listing.decided": _listing, "listing.published": _published,
}  # fmt: skip
