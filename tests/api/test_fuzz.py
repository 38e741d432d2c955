"""Every operation of the published contract, asked with whatever it allows and what it forbids.

Schemathesis makes the requests from the contract itself and holds every answer to it: no server
error, no status or body that is not in the contract, nothing taken that the contract forbids.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker
from schemathesis import Case

from enforcement.rest import tokens
from enforcement.rest.docs import published
from tests.builders import enforcing
from tests.people import cast

#: A value that fits the contract may still be refused by what it means: a cursor nobody gave out,
#: a first day after the last, a number of no case. That is 400 with a code, and no mismatch.
TAKEN_OR_REFUSED = ["2xx", "3xx", "400", "401", "403", "404", "409", "412", "428", "429"]
config = schemathesis.Config.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": TAKEN_OR_REFUSED},
            # RFC 6585: a change without its version is refused with 428.
            "missing_required_header": {"expected-statuses": ["428", "400", "401", "404"]},
        }
    }
)
schema: Any = schemathesis.openapi.from_dict(published(), config=config)
schema.app = get_wsgi_application()

#: Requests for each operation and person; ``make fuzz`` asks for many more.
EXAMPLES = int(os.environ.get("FUZZ", "4"))
FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def judge(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Build the world once; give the words by which a judge with a running case signs in.

    Connections are kept over requests, as Django's own test client does.
    """
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        people = cast()
        enforcing(people)
        token = tokens.issue(people.lin, "测试", now=timezone.now())
        yield f"Bearer {token.text}"
        transaction.set_rollback(True)
    for signal in signals:
        signal.connect(close_old_connections)


@schema.parametrize()
@FEW
def test_with_a_token(case: Case, judge: str) -> None:
    cache.clear()
    case.call_and_validate(headers={"Authorization": judge})


@schema.parametrize()
@FEW
def test_without_a_token(case: Case, judge: str) -> None:
    cache.clear()
    case.call_and_validate()
