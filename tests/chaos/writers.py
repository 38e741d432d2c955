"""Writers at once over the interface: each takes case after case through seven verbs.

The same key goes with every try of one act, as a careful program does it: what was written
and not acknowledged is found, not written twice.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.chaos.ledger import Ledger

#: Days long enough ago that something has lapsed when the case comes in.
FILING: dict[str, Any] = {
    "on": "2026-09-07",
    "applied_on": "2026-09-04",
    "procedure": "first",
    "basis": "court_civil_admin",
    "basis_number": "（2025）陕1002民初88号民事判决书",
    "basis_body": "商洛市商州区人民法院",
    "amount": "100000.00",
}
#: What follows on a filing: verb, who does it, the kind of its event, its body.
STEPS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("assign_handler", "qin", "handler.assigned", {"on": "2026-09-08"}),
    ("receive_file", "lin", "file.received", {"on": "2026-09-09"}),
    ("send_notice", "lin", "notice.sent", {"on": "2026-09-14", "report_days": 15}),
    ("submit_lead", "wu", "lead.submitted", {"on": "2026-09-15", "asset_kind": "deposit"}),
    ("verify_lead", "lin", "lead.verified", {"on": "2026-09-18", "result": "true"}),
    ("take_measure", "lin", "measure.taken", {
        "on": "2026-09-21", "kind": "freeze", "asset_kind": "deposit",
        "target_text": "商洛某银行账户", "amount": "5000.00", "expires_on": "2027-09-01",
    }),
]  # fmt: skip
#: Answers after which the same thing may be sent again; 0: nobody answered.
AGAIN = frozenset({0, 429, 502, 503})
V1 = "/api/v1"
#: Chance of a test.
CHANCE = Random()  # noqa: S311


@dataclass
class Program:
    """One writer.

    Attributes:
        tokens: of the people by name. court: key of the court. lin: id of the judge.
    """

    port: int
    tokens: dict[str, str]
    court: str
    lin: int
    ledger: Ledger
    over: threading.Event
    name: str = ""

    def write(self) -> None:
        """Take case after case on their way until told to stop."""
        nth = 0
        while not self.over.is_set():
            nth += 1
            filed = self._file(f"申请人{self.name}之{nth}")
            if filed is not None:
                self._go_on(*filed)

    def _file(self, name: str) -> tuple[int, int] | None:
        parties = [
            {"role": "applicant", "kind": "natural", "name": name},
            {"role": "debtor", "kind": "legal", "name": "商洛某某建设有限公司"},
        ]
        place = f"{V1}/courts/{self.court}/cases/"
        self.ledger.tried.add(("filed", name))
        said = self._insist("tang", place, {**FILING, "parties": parties}, 0)
        if said is None:
            return None
        case = said["case"]
        self.ledger.done.add(("filed", name))
        self.ledger.acted(case["id"], "case.filed", [1])
        self.ledger.cases.append((case["id"], case["number"], said["query_code"]))
        return case["id"], case["version"]

    def _go_on(self, case: int, version: int) -> None:
        """Do what follows, and leave off somewhere: what is left undone lapses."""
        lead = 0
        for verb, who, kind, body in STEPS[: CHANCE.randint(0, len(STEPS))]:
            body, place = dict(body), f"{V1}/cases/{case}/"
            if verb == "assign_handler":
                body["user"] = self.lin
            elif verb == "submit_lead":
                body["content"] = f"线索{case}"
            elif verb == "verify_lead":
                body["finding"], place = "账户存在。", f"{V1}/leads/{lead}/"
            said = self._insist(who, f"{place}moves/{verb}/", body, version, case)
            if said is None:
                return
            self.ledger.acted(case, kind, said["events"])
            version = said["version"]
            if verb == "submit_lead":
                lead = int(said["created"]["url"].strip("/").rpartition("/")[2])

    def _insist(
        self, who: str, place: str, body: dict[str, Any], version: int, case: int = 0
    ) -> dict[str, Any] | None:
        """Send an act until it is answered; None when the answer is odd, or for good.

        A version overtaken (the sweep wrote meanwhile) means that no try was written, for a try
        that was would have been answered under its key: read the new one, and begin with a new key.
        """
        key = uuid.uuid4().hex
        given_up = time.monotonic() + 240
        while time.monotonic() < given_up:
            status, said = self._send("POST", who, place, body, key, version)
            if status in {200, 201}:
                return json.loads(said)  # type: ignore[no-any-return]
            if status == 412:
                version, key = self._version(who, case), uuid.uuid4().hex
            elif status not in AGAIN:
                self.ledger.wrong(f"{place} {status} {said[:400]}")
                return None
            else:
                time.sleep(CHANCE.uniform(0.1, 0.5))
        self.ledger.wrong(f"{place} was never answered")
        return None

    def _version(self, who: str, case: int) -> int:
        while True:
            status, said = self._send("GET", who, f"{V1}/cases/{case}/")
            if status == 200:
                return int(json.loads(said)["version"])
            assert status in AGAIN, f"{status} {said[:400]}"
            time.sleep(0.2)

    def _send(
        self, method: str, who: str, place: str, body: Any = None, key: str = "", version: int = 0
    ) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        if version:
            headers["If-Match"] = f'"{version}"'
        text = json.dumps(body).encode() if body is not None else None
        try:
            link.request(method, place, text, headers)
            answer = link.getresponse()
            status, said = answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            status, said = 0, ""
        finally:
            link.close()
        self.ledger.saw(status, said)
        return status, said


@dataclass
class Crowd:
    """Everybody who is at work on the system at once."""

    ledger: Ledger = field(default_factory=Ledger)
    over: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def begin(self, work: Any) -> None:
        """Let somebody begin, in a thread."""
        thread = threading.Thread(target=self._at, args=(work,), daemon=True)
        self.threads.append(thread)
        thread.start()

    def _at(self, work: Any) -> None:
        try:
            work()
        except Exception as error:
            self.broken.append(f"{work}: {type(error).__name__}: {error}"[:600])

    def end(self) -> None:
        """Let everybody finish what is in hand; each act must have been answered."""
        self.over.set()
        for thread in self.threads:
            thread.join(250)
            assert not thread.is_alive(), "somebody's act was never answered"
        assert not self.broken, self.broken[:3]
