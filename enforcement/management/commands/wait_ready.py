"""``manage.py wait_ready``: wait until database and Redis answer and the tables are current."""

from __future__ import annotations

import time
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    """Start-up order for containers: web, worker and beat wait here for the others."""

    help = "Wait until the database and Redis answer and no migration is pending."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how long to wait and whether tables matter."""
        parser.add_argument("--timeout", type=float, default=60, help="seconds (60)")
        parser.add_argument("--servers-only", action="store_true", help="do not wait for tables")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask again and again until nothing is missing.

        Raises:
            CommandError: naming what is missing when the time is over.
        """
        deadline = time.monotonic() + options["timeout"]
        while missing := what_is_missing(tables=not options["servers_only"]):
            if time.monotonic() > deadline:
                raise CommandError(f"尚未就绪 (not ready): {missing}")
            time.sleep(0.5)
        self.stdout.write("ready")


def what_is_missing(*, tables: bool) -> str:
    """Return what is not there yet, empty when all is."""
    connection = connections["default"]
    try:
        connection.ensure_connection()
        if tables:
            executor = MigrationExecutor(connection)
            pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if pending:
                return f"{len(pending)} migrations, the first {pending[0][0]}: run migrate"
    except DatabaseError as error:
        return f"database: {error}".strip()
    finally:
        connection.close()
    try:
        redis.Redis.from_url(settings.REDIS_URL).ping()
    except redis.RedisError as error:
        return f"Redis: {error}"
    return ""
