"""What the tests themselves stand on: no network, own servers, processes on the same database."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def test_a_test_cannot_leave_this_machine() -> None:
    with socket.socket() as line, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        line.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match="look up"):
        socket.getaddrinfo("court.gov.cn", 443)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


@pytest.mark.django_db
def test_the_demos_data_is_out_of_reach() -> None:
    assert settings.TESTING
    assert Path(settings.VAR_DIR) != ROOT / "var"
    assert settings.DATABASES["default"]["NAME"] != "enforcement"


def test_each_process_of_tests_has_its_own_redis() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    numbers = [re.search(r"\d+$", url) for url in (settings.REDIS_URL, settings.CELERY_BROKER_URL)]
    if worker:
        first, second = (int(found[0]) if found else 0 for found in numbers)
        assert first == second > int(worker.removeprefix("gw"))
    cache.set("whose", worker or "alone")
    assert cache.get("whose") == (worker or "alone")


@pytest.mark.django_db
def test_a_process_started_by_a_test_sees_its_database(child_env: dict[str, str]) -> None:
    code = (
        "import django; django.setup(); from django.db import connection as c;"
        "print(c.cursor().execute('select current_database()').fetchone()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**child_env, "DJANGO_SETTINGS_MODULE": "enforcement.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == connection.settings_dict["NAME"], done.stderr
