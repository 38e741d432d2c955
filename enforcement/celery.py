"""The Celery app and the whole beat table (task names as strings; a table in code is reviewed)."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, worker_init
from django.conf import settings

from enforcement import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enforcement.settings")

app = Celery("enforcement")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["enforcement", "cases", "deadlines", "accountability", "petitions"])

#: What runs by itself. Every task here is safe to run twice and at once.
app.conf.beat_schedule = {
    "sweep": {"task": "accountability.tasks.sweep", "schedule": float(settings.SWEEP_EVERY)},
    "fold-rollups": {"task": "enforcement.tasks.fold_rollups", "schedule": 30.0},
    "turn-day": {
        "task": "enforcement.tasks.fold_rollups",
        "schedule": crontab(hour=0, minute=1),
    },
    # Every hour: what was missed at midnight is sealed then; there is nothing to do otherwise.
    "seal-digests": {"task": "cases.tasks.seal_digests", "schedule": crontab(minute=10)},
}


@worker_init.connect
@beat_init.connect
def _find_servers(**_: object) -> None:
    """Find or start the embedded servers when a worker or beat is run by hand."""
    embedded.ensure()
