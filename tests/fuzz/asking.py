"""Sending requests as somebody and judging the answers; whatever they did is taken back."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from hypothesis import HealthCheck
from hypothesis import settings as rules

from cases.ledger import verify
from enforcement.models import User
from tests.fuzz.inputs import Sent, body_of, received
from tests.pages.reading import Page

#: Requests for each form; ``make fuzz`` asks for more, and each time for others.
EXAMPLES = int(os.environ.get("FUZZ", "3"))
FEW = rules(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    derandomize="FUZZ" not in os.environ,
)
CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")
#: Words of a trace, of a debugger's page, or of a library speaking to programmers.
TRACES = ("Traceback", "Exception", "psycopg", "DoesNotExist", 'File "/', "django.", "null value")
#: A sentence of a library that nobody put into Chinese.
ENGLISH = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
#: Kinds of fields that show again what they held.
SHOWN = {"text", "textarea", "date", "number", "email", "search", "tel"}


@dataclass
class Answers:
    """Counts of answers, and the errors nobody foresaw."""

    statuses: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def note(self, **_: Any) -> None:
        """Keep the trace of an error that no view caught."""
        self.errors.append("".join(traceback.format_exception(*sys.exc_info())[-6:]))


class Asker:
    """Sends requests, each inside a transaction that is taken back."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self._cookies: dict[int, str] = {}

    def cookie(self, person: User) -> str:
        """Return the session of a person."""
        if person.pk not in self._cookies:
            client = Client()
            client.force_login(person)
            self._cookies[person.pk] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return self._cookies[person.pk]

    def ask(
        self,
        path: str,
        session: str,
        *,
        method: str = "GET",
        body: bytes = b"",
        kind: str = "",
        query: str = "",
        case: int | None = None,
    ) -> Any:
        """Send a request; hold it to what every answer must be.

        Args:
            session: cookie of who asks, empty for nobody.
            case: the case whose ledger must stand afterwards; every case's without one.
        """
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"} if session else {}
        request = RequestFactory().generic(
            method, path, body, kind or "application/octet-stream", headers=headers
        )
        environ = request.environ | {"CONTENT_TYPE": kind, "QUERY_STRING": query}
        cache.clear()
        before = len(self.answers.errors)
        got_request_exception.connect(self.answers.note)
        try:
            with transaction.atomic():
                answer = self._answered(environ, case)
                transaction.set_rollback(True)
        finally:
            got_request_exception.disconnect(self.answers.note)
        self.answers.statuses[f"{method} {answer.status_code}"] += 1
        assert answer.status_code < 500, "\n".join(self.answers.errors[before:])
        return answer

    def _answered(self, environ: dict[str, Any], case: int | None) -> Any:
        waiting = len(connection.run_on_commit)
        answer = ClientHandler(enforce_csrf_checks=False)(dict(environ))
        if answer.streaming:
            answer.content_read = b"".join(answer.streaming_content)
        if answer.status_code < 400 and environ["REQUEST_METHOD"] == "POST":
            with connection.cursor() as cursor:  # what the database checks at the end only
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for _, act, *_ in connection.run_on_commit[waiting:]:
                act()
            assert verify(case).faults == []
            self._landed(environ, answer)
        return answer

    def _landed(self, environ: dict[str, Any], answer: Any) -> None:
        """Open the page that an act leads to, which shows what was taken."""
        where = urlsplit(str(answer.get("Location", "")))
        if not where.path or where.netloc:
            return
        session = answer.cookies.get(settings.SESSION_COOKIE_NAME)
        cookie = f"{settings.SESSION_COOKIE_NAME}={session.value}" if session else ""
        asked = RequestFactory().get(where.path).environ | {
            "HTTP_COOKIE": cookie or environ.get("HTTP_COOKIE", ""),
            "QUERY_STRING": where.query,
        }
        page = ClientHandler(enforce_csrf_checks=False)(asked)
        self.answers.statuses[f"landed {page.status_code}"] += 1
        assert page.status_code in {200, 302}, (where.path, page.status_code, self.answers.errors)


def turned_away(answer: Any) -> bool:
    """Tell whether somebody is sent to sign in instead of being answered."""
    return bool(str(answer.get("Location", "")).startswith("/accounts/login/"))


def judge(answer: Any, sent: Sent, shown: dict[str, str]) -> None:
    """Hold the answer to a form to its promises.

    A refusal says in Chinese what is wrong and keeps what was typed; no answer shows a trace.

    Args:
        sent: what was sent. shown: field → kind of those that show again what they held.
    """
    if not str(answer.get("Content-Type", "")).startswith("text/html"):
        return
    page = Page(answer)
    typed = [received(v) for values in sent.values() for v in values if isinstance(v, str)]
    said = page.text
    for text in sorted(filter(None, typed), key=len, reverse=True):
        said = said.replace(" ".join(text.split()), "")
    assert not [trace for trace in TRACES if trace in said], said
    if answer.status_code < 400 and 'class="error-box"' not in page.html:
        return
    assert CHINESE.search(said), said
    alert = " ".join(re.findall(r'role="alert".*?</div>', page.html, flags=re.DOTALL))
    if alert:
        words = re.sub(r"<[^>]*>", " ", alert)
        for text in filter(None, typed):
            words = words.replace(text, "")
        assert CHINESE.search(words), words
        assert not ENGLISH.search(words), words
    for name, kind in shown.items():
        kept = [v for v in sent.get(name, []) if isinstance(v, str)]
        if kind in SHOWN and kept and name in page.fields:
            now = [received(value) for value in page.fields[name]]
            assert received(kept[-1]) in now, (name, kept[-1], now)


def sent_as(sent: Sent) -> dict[str, Any]:
    """Return what a request needs to carry a form."""
    body, kind = body_of(sent)
    return {"method": "POST", "body": body, "kind": kind}
