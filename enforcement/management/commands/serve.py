"""``manage.py serve``: look whether this release may run here, then become the web server."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from enforcement import startup
from enforcement.env import env_int, env_str


class Command(BaseCommand):
    """The looking is done here because granian starts a worker that refuses again and again."""

    help = "Run the web server (granian), unless migrations are pending or the rules are broken."
    requires_system_checks: list[str] = []  # ``startup`` runs them, and says what to do

    def add_arguments(self, parser: CommandParser) -> None:
        """Take address and size."""
        parser.add_argument("--host", default=env_str("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=env_int("PORT", 8000))
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--threads", type=int, default=2, help="of each worker")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse, or hand this process over to granian."""
        startup.refuse_unfit()
        command = web(options["host"], options["port"], options["workers"], options["threads"])
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606 - named in the code


def web(host: str, port: int, workers: int = 2, threads: int = 2) -> list[str]:
    """Return the command line of the web server."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", host, "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", str(threads)]
    command += ["--respawn-failed-workers", "--workers-kill-timeout", "5"]
    command += ["--log-config", str(settings.BASE_DIR / "deploy" / "granian-logging.json")]
    return [*command, "enforcement.wsgi:application"]
