"""A task carries the id of the request that sent it, through a real broker and a real worker."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.contextvars import bound_contextvars

from enforcement.celery import app

ROOT = Path(__file__).resolve().parents[2]
QUEUE = "watched"


@pytest.fixture
def worker(child_env: dict[str, str], transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """Start a worker on a queue of its own; return its log."""
    log = tmp_path / "worker.log"
    env = {**child_env, "PYTHONWARNINGS": "ignore"}  # Celery warns whoever runs it as root
    command = [sys.executable, "-m", "celery", "-A", "enforcement", "-q", "worker"]
    command += ["--pool", "solo", "--queues", QUEUE, "--without-gossip", "--without-mingle"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--loglevel", "INFO"], cwd=ROOT, env=env, stdout=out, stderr=out
        )
        yield log
        process.terminate()
        process.wait(30)


def test_the_workers_lines_bear_the_id_of_the_request(worker: Path) -> None:
    with bound_contextvars(request_id="browser-0001"):
        sent = app.send_task("enforcement.tasks.fold_rollups", queue=QUEUE)
    deadline = time.monotonic() + 60
    while "task succeeded" not in (text := worker.read_text()):
        assert time.monotonic() < deadline, text
        time.sleep(0.2)
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert len(lines) == len(text.splitlines()), text
    (ended,) = [line for line in lines if line["event"] == "task succeeded"]
    assert ended["request_id"] == "browser-0001"
    assert ended["task_id"] == sent.id
    assert ended["task"] == "enforcement.tasks.fold_rollups"
