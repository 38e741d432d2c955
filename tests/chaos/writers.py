"""Writers at once over the interface: each files case after case, and tries again when refused.

The same key goes with every try of one filing, as a careful program does it: what was written
and not acknowledged is found, not written twice.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

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
#: Answers after which the same thing may be sent again.
AGAIN = frozenset({0, 429, 500, 502, 503})


@dataclass
class Crowd:
    """Writers, and what they were told.

    Attributes:
        acknowledged: applicants whose filing was answered with 201. tried: all of them.
        traces: answers that showed what nobody should see.
    """

    port: int
    token: str
    court: str
    acknowledged: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, many: int) -> None:
        """Let writers begin."""
        for number in range(many):
            thread = threading.Thread(target=self._write, args=(number,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def end(self) -> None:
        """Let every writer finish the filing in hand."""
        self.over.set()
        for thread in self.threads:
            thread.join(120)
            assert not thread.is_alive(), "a filing was never acknowledged"

    def _write(self, number: int) -> None:
        nth = 0
        while not self.over.is_set():
            nth += 1
            self._file(f"申请人{number}之{nth}")

    def _file(self, name: str) -> None:
        self.tried.append(name)
        parties = [
            {"role": "applicant", "kind": "natural", "name": name},
            {"role": "debtor", "kind": "legal", "name": "商洛某某建设有限公司"},
        ]
        body = json.dumps({**FILING, "parties": parties}).encode()
        while True:
            status, said = self._send(body, f"chaos-{abs(hash(name))}-{len(name)}-key")
            if "Traceback" in said or "psycopg" in said:
                self.traces.append(said)
            if status == 201:
                self.acknowledged.append(name)
                return
            if status not in AGAIN:
                self.odd.append(f"{status} {said[:300]}")
                return
            time.sleep(0.2)

    def _send(self, body: bytes, key: str) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        try:
            link.request("POST", f"/api/v1/courts/{self.court}/cases/", body, headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            link.close()
