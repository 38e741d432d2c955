"""What every test stands on: its own servers and folders, no network, one fixed day.

The environment is settled here, before Django's settings are read, so the settings module is
named here too and not in pyproject.toml (pytest-django would read it before this file).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

ROOT = Path(__file__).resolve().parent.parent

#: Settings of a developer's shell that must not reach the tests.
FOREIGN = ("ALLOWED_HOSTS", "BEHIND_PROXY", "BROKER_URL", "CELERY_EAGER", "DEBUG", "DEMO", "HTTPS")
FOREIGN += ("REPLICA_URL", "REPLICA_URL_FILE", "FILES_S3_BUCKET")

#: Fixed keys: a process started by a test must read what the test wrote.
KEYS = {
    "SECRET_KEY": "tests-only-secret-key-0123456789-0123456789-0123456789",
    "DATA_KEY": "tests-only-data-key-0123456789-0123456789-0123456789ab",
    "INDEX_KEY": "tests-only-index-key-0123456789-0123456789-0123456789a",
    "DIGEST_KEY": "tests-only-digest-key-0123456789-0123456789-0123456789",
}


def settle_environment() -> None:
    """Give the tests their own keys, folder and servers, away from the demo's."""
    if django_settings.configured:
        raise pytest.UsageError("unset DJANGO_SETTINGS_MODULE: the tests name it themselves")
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(KEYS, TESTING="1")
    os.environ.setdefault("VAR_DIR", str(ROOT / "var" / "test"))

    from enforcement import embedded

    embedded.ensure()
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["REDIS_URL"] = redis_for(worker, embedded.redis_url(embedded.var_dir()))
    set_up_django()


def set_up_django() -> None:
    """Load the settings now, so that a conftest further down may import models.

    The variable is taken away again: an xdist worker inherits it, and pytest-django would read
    the settings before this file has given the worker its own Redis.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "enforcement.settings"
    django.setup()
    del os.environ["DJANGO_SETTINGS_MODULE"]


def redis_for(worker: str, embedded_url: str) -> str:
    """Return the Redis address of one xdist worker: a database number of its own."""
    base = os.environ.get("REDIS_URL") or embedded_url
    offset = int(worker.removeprefix("gw")) + 1
    if base.startswith("unix://"):
        return f"{base.partition('?')[0]}?db={offset}"
    parts = urlsplit(base)
    number = int(parts.path.strip("/") or 0) + offset
    return parts._replace(path=f"/{number}").geturl()


settle_environment()

hypothesis_settings.register_profile(
    "court",
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
hypothesis_settings.load_profile("court")


# -- time --------------------------------------------------------------------------------------


@pytest.fixture
def today() -> date:
    """Return the legal day of the tests: Monday, 23 November 2026, a working day."""
    return date(2026, 11, 23)


@pytest.fixture
def now() -> datetime:
    """Return a moment of that day: ten in the morning in Shanghai."""
    return datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


# -- network -----------------------------------------------------------------------------------


class NetworkForbidden(RuntimeError):
    """A test tried to leave this machine."""


def _allowed_hosts() -> set[str]:
    """Return the hosts a test may reach: this machine and the given servers."""
    given = [os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")]
    hosts = {urlsplit(url).hostname or "" for url in given}
    # only compared with
    return hosts | {"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}  # noqa: S104


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine; unix sockets and loopback pass."""
    allowed = _allowed_hosts()
    real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}
    real_lookup = socket.getaddrinfo

    def guarded(name: str) -> Any:
        def call(self: socket.socket, address: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in resolved:
                raise NetworkForbidden(f"a test tried to reach {address[0]}")
            return real[name](self, address)

        return call

    def lookup(host: Any, *args: Any, **options: Any) -> Any:
        if (host or "") not in allowed:
            raise NetworkForbidden(f"a test tried to look up {host}")
        found = real_lookup(host, *args, **options)
        resolved.update(str(entry[4][0]) for entry in found)
        return found

    resolved = set(allowed)
    patch = pytest.MonkeyPatch()
    for name in real:
        patch.setattr(socket.socket, name, guarded(name))
    patch.setattr(socket, "getaddrinfo", lookup)
    yield
    patch.undo()


# -- processes ---------------------------------------------------------------------------------


@pytest.fixture
def child_env(django_db_setup: None) -> dict[str, str]:
    """Return the environment for a process (web, worker, command) on the test's database."""
    database = django_settings.DATABASES["default"]
    user = f"{database['USER']}:{database['PASSWORD']}".rstrip(":")
    port = f":{database['PORT']}" if database["PORT"] else ""
    address = f"postgres://{user}@{port}/{database['NAME']}?host={database['HOST']}"
    return {**os.environ, "DATABASE_URL": address, "REDIS_URL": django_settings.REDIS_URL}
