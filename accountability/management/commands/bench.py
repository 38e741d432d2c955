"""Measure speed on a generated load in a scratch database; one JSON line per figure."""

from __future__ import annotations

import io
import json
import logging
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from accountability.bench import backups, pages, report, sweeping, web
from accountability.bench.against import against_load
from accountability.bench.figures import Figure, settle
from accountability.bench.load import Loaded, load
from accountability.bench.partition import partitions
from accountability.bench.plan import SIZES, Plan
from cases.models import Case, CaseEvent
from cases.timeline import legal_day
from deadlines.law import current
from deadlines.models import Clock
from enforcement.rollups import fold, turn_day

#: The page whose tables are compared with.
PAGE = Path(settings.BASE_DIR) / "docs" / "benchmarks.md"
#: Groups of figures, in the order in which they are measured.
GROUPS = ("pages", "sweep", "rebuild", "verify", "restore", "http", "demo")
#: Measured only when asked for.
TRIALS = ("partition",)


class Command(BaseCommand):
    """``manage.py bench [--size M]``: makes a database of its own and drops it afterwards."""

    help = "在临时数据库上测速，每项指标输出一行 JSON"
    requires_migrations_checks = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with nothing measured."""
        super().__init__(*args, **kwargs)
        self.measured: dict[str, Any] = {}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take size, seed, and which groups of figures to measure."""
        parser.add_argument("--size", choices=SIZES, default="M")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--only", nargs="*", choices=[*GROUPS, *TRIALS], default=list(GROUPS))
        parser.add_argument(
            "--write", action="store_true", help="把本规模的最新指标写入 docs/benchmarks.md 的表格"
        )
        parser.add_argument(
            "--keep", action="store_true", help="留下数据库；下次带 --keep 时直接使用，不再生成"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the scratch database, measure, drop it, and compare with what was committed."""
        if options["write"]:
            self.write(options["size"])
            return
        settings.ALLOWED_HOSTS = ["*"]
        settings.MFA_REQUIRED = False  # the visitors of the bench have a password only
        logging.getLogger("enforcement").setLevel(logging.WARNING)  # a line a request is too many
        old = connection.settings_dict["NAME"]
        keep = options["keep"]
        connection.creation.create_test_db(
            verbosity=0, autoclobber=True, serialize=False, keepdb=keep
        )
        try:
            self.measure(options["size"], options["seed"], options["only"])
        finally:
            connection.creation.destroy_test_db(old, verbosity=0, keepdb=keep)
        page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        for line in report.compared(page, options["size"], self.measured):
            self.stderr.write(line)

    def write(self, size: str) -> None:
        """Make the table of a size in the documentation anew, from the figures kept."""
        figures = report.last_figures(_file(size))
        page = report.written(PAGE.read_text(encoding="utf-8"), size, figures)
        PAGE.write_text(page, encoding="utf-8")

    def measure(self, size: str, seed: int, only: list[str]) -> None:
        """Make the load, or take the one kept, and print each figure as it is measured."""
        now = timezone.now()
        plan = Plan(seed, SIZES[size], legal_day(now), current().calendar, sweeping.WAVES)
        made = self.kept(plan) or self.made(plan, now, size)
        self.stderr.write(f"{made.cases} cases, {made.events} events, {made.clocks} clocks")
        settle()
        if "pages" in only:
            self.tell(pages.pages(plan.today), size)
        if "sweep" in only:
            visitors = web.meanwhile(seed, now) if size in "LN" else None
            self.tell(sweeping.backlog(plan, web.environment(), visitors), size)
            self.tell(sweeping.sweeps(plan), size)
        if "rebuild" in only:
            self.tell(sweeping.rebuilds(made.cases, now, web.environment()), size)
        if "partition" in only:
            self.tell(partitions(), size)
        if "verify" in only:
            self.tell(sweeping.verifies(made.events), size)
        if {"restore", "http"} & set(only):
            turn_day(plan.today)
            fold()
            settle()
        if "restore" in only:
            self.tell(backups.backups(web.environment()), size)
        if "http" in only:
            self.tell(web.over_http(size, seed, now), size)
        if "demo" in only:
            self.tell([web.demo_ready()], size)

    def kept(self, plan: Plan) -> Loaded | None:
        """Return what an earlier run with ``--keep`` left, or None in an empty database.

        Raises:
            CommandError: what is there is not this plan's.
        """
        if not Case.objects.exists():
            return None
        if Case.objects.count() != plan.cases:
            raise CommandError("留下的数据库不是这个规模的，请去掉 --keep 重新生成。")
        counted = {m._meta.db_table: m._default_manager.count() for m in (Case, CaseEvent, Clock)}
        return Loaded(defaultdict(int, counted))

    def made(self, plan: Plan, now: datetime, size: str) -> Loaded:
        """Make the load and tell how long it took."""
        call_command("load_courts", verbosity=0, stdout=io.StringIO())
        start = perf_counter()
        made = load(plan, now)
        seconds = perf_counter() - start
        rate = sum(made.rows.values()) / seconds
        self.tell([Figure("generate_s", "s", (seconds,))], size)
        self.tell([Figure("generate_rows_per_s", "rows/s", (rate,))], size)
        self.tell(against_load(), size)
        return made

    def tell(self, figures: Iterable[Figure], size: str) -> None:
        """Print figures as they come and keep them under ``var/bench``."""
        file = _file(size)
        file.parent.mkdir(parents=True, exist_ok=True)
        for figure in figures:
            line = figure.line(size)
            self.measured[figure.name] = json.loads(line)
            self.stdout.write(line)
            self.stdout.flush()
            with file.open("a", encoding="utf-8") as kept:
                kept.write(line + "\n")


def _file(size: str) -> Path:
    return Path(settings.VAR_DIR) / "bench" / f"{size}.jsonl"
