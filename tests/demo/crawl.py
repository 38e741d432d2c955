"""Follow every link a person is shown, a few of each kind, and note what does not answer."""

from __future__ import annotations

import re
from collections import Counter, deque
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.test import Client

from tests.pages.reading import Page

#: Pages of one kind: addresses that differ in numbers and in the values of a query only.
MOST_OF_A_KIND = 2
#: Leads out of the system or out of the session.
NEVER = ("mailto:", "tel:", "javascript:", "#")


def kind_of(address: str) -> str:
    """Return the address with its numbers and the values of its query taken out."""
    parts = urlsplit(address)
    keys = sorted({key for key, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return re.sub(r"\d+", "N", parts.path) + ("?" + "&".join(keys) if keys else "")


def crawl(client: Client, start: str) -> tuple[Counter[str], list[str]]:
    """Return how many pages of each kind answered, and every address that did not, with why."""
    waiting, seen = deque([(start, "")]), {start}
    good: Counter[str] = Counter()
    bad: list[str] = []
    while waiting:
        address, shown_on = waiting.popleft()
        kind = kind_of(address)
        if good[kind] >= MOST_OF_A_KIND:
            continue
        answer = client.get(address, follow=True)
        if answer.status_code != 200:
            bad.append(f"{answer.status_code} {address} (shown on {shown_on})")
            continue
        good[kind] += 1
        if "html" not in answer["Content-Type"]:
            continue
        for link in Page(answer).links:
            target = urljoin(address, link).partition("#")[0]
            if not link.startswith(NEVER) and urlsplit(target).netloc == "" and target not in seen:
                seen.add(target)
                waiting.append((target, address))
    return good, bad
