"""The Celery app and the whole beat table (task names as strings; a table in code is reviewed)."""

from __future__ import annotations

import logging.config
import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings

from enforcement import embedded, startup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enforcement.settings")

app = Celery("enforcement")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["enforcement", "cases", "deadlines", "accountability", "petitions"])

#: What runs by itself. Every task here is safe to run twice and at once.
app.conf.beat_schedule = {
    "sweep": {
        "task": "accountability.tasks.sweep",
        "schedule": float(settings.SWEEP_EVERY),
        # After an hour without workers one sweep does; the others are dropped unread.
        "options": {"expires": 2.0 * settings.SWEEP_EVERY},
    },
    "fold-rollups": {"task": "enforcement.tasks.fold_rollups", "schedule": 30.0},
    "tidy": {"task": "enforcement.tasks.tidy", "schedule": crontab(minute=40)},
    "turn-day": {
        "task": "enforcement.tasks.fold_rollups",
        "schedule": crontab(hour=0, minute=1),
    },
    "forget-old": {
        "task": "enforcement.tasks.forget_old",
        "schedule": crontab(hour=3, minute=40),
    },
    "sweep-files": {"task": "cases.tasks.sweep_files", "schedule": crontab(hour=4, minute=20)},
    # Every hour: what was missed at midnight is sealed then; there is nothing to do otherwise.
    "seal-digests": {"task": "cases.tasks.seal_digests", "schedule": crontab(minute=10)},
}


@worker_init.connect
@beat_init.connect
def _find_servers(**_: object) -> None:
    """Find or start the embedded servers, and refuse to run on what is not fit to run on."""
    embedded.ensure()
    startup.refuse_unfit()


@setup_logging.connect
def _log_as_we_do(loglevel: Any = None, **_: object) -> None:
    """Log as everything else does; Celery would put formats of its own in."""
    logging.config.dictConfig(settings.LOGGING)
    logging.captureWarnings(True)
