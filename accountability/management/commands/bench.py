"""Measure speed on made-up cases in a scratch database; one JSON line per figure."""

from __future__ import annotations

import io
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accountability.bench import figures, load
from enforcement.models import Court, Post, User
from enforcement.roles import Role

SIZES = {"XS": (2_500, 1_000, 90), "S": (2_500, 1_000, 300), "M": (25_000, 10_000, 900)}


class Command(BaseCommand):
    """``manage.py bench [--size M]``: makes a database of its own and drops it afterwards."""

    help = "在临时数据库上测速，每项指标输出一行 JSON"
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--size``."""
        parser.add_argument("--size", choices=SIZES, default="M")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the scratch database, measure, drop it."""
        settings.ALLOWED_HOSTS = ["*"]
        old = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            self.measure(options["size"])
        finally:
            connection.creation.destroy_test_db(old, verbosity=0)

    def measure(self, size: str) -> None:
        """Make the load and print each figure as it is measured."""
        call_command("load_courts", verbosity=0, stdout=io.StringIO())
        made = load.make(*SIZES[size])
        self.stderr.write(f"{made.cases} cases, {made.events} events, {made.clocks} clocks")
        for figure in figures.sweeps(made):
            self.tell(figure, size)
        self.tell(figures.rebuilds(made.cases // 5), size)
        self.tell(figures.verifies(), size)
        for figure in self.pages():
            self.tell(figure, size)

    def pages(self) -> list[figures.Figure]:
        """Time the dashboard of the supreme court and a judge's docket."""
        supreme = Court.objects.get(level=Court.Level.SUPREME)
        watcher = User.objects.create(username="bench-watcher", name="督察")
        Post.objects.create(
            user=watcher, court=supreme, role=Role.SUPERVISOR, first_day=date(2020, 1, 1)
        )
        judge = User.objects.filter(username__startswith="bench-").exclude(pk=watcher.pk)[:1].get()
        try:
            wanted = [
                ("dashboard_p95_ms", watcher, reverse("dashboard", args=[supreme.key])),
                ("docket_p95_ms", judge, reverse("docket")),
            ]
        except NoReverseMatch:
            return []
        return [figures.pages(name, _fetch(user, url)) for name, user, url in wanted]

    def tell(self, figure: figures.Figure, size: str) -> None:
        """Print a figure and keep it under ``var/bench``."""
        line = figure.line(size)
        self.stdout.write(line)
        folder = Path(settings.VAR_DIR) / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{size}.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _fetch(user: User, url: str) -> Any:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])

    def fetch() -> None:
        answer = client.get(url)
        if answer.status_code != 200:
            raise AssertionError(f"{url} answered {answer.status_code}")

    return fetch
