"""``/metrics``: who may read it, and the figures of the machinery itself."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator
from datetime import datetime

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from enforcement import clock, health, measures
from enforcement.measures import Sample, gauge
from enforcement.middleware import now_of
from enforcement.models import RollupDelta, SignInGuard, Tick
from enforcement.paging import capped_count
from enforcement.replica import aliases
from enforcement.replica.watch import WATCH

#: Deltas are counted up to here.
MOST_DELTAS = 1_000_000


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer every figure to those who may watch.

    Raises:
        Http404: neither the token nor an address of ``METRICS_ALLOW``; not there and not yours
            look the same.
    """
    if not (_has_token(request) or _is_near(request)):
        raise Http404
    return HttpResponse(measures.text(now_of(request)), content_type=measures.CONTENT_TYPE)


def _has_token(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    same = hmac.compare_digest(given.strip().encode(), wanted.encode())
    return bool(wanted) and scheme.lower() == "bearer" and same


def _is_near(request: HttpRequest) -> bool:
    """Tell whether the peer, or whom our own proxy names, is in one of the networks."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(net, strict=False) for net in settings.METRICS_ALLOW)


# -- figures of the floor ----------------------------------------------------------------------


def _servers(now: datetime) -> Iterator[Sample]:
    """Database, Redis, queue: each look is short and never raises."""
    yield "enforcement_database_up", {}, int(health.database().ok)
    yield "enforcement_redis_up", {}, int(health.redis().ok)
    waiting = health.queue(current_app)
    yield "enforcement_broker_up", {}, int(waiting.ok)
    if waiting.ok:
        yield "enforcement_queue_depth", {}, int(waiting.value)


def _replica(now: datetime) -> Iterator[Sample]:
    """Whether the replica answers, may be used, and how far it is behind; none without one."""
    if not aliases.configured():
        return
    found = WATCH.look(anew=True)
    yield "enforcement_replica_up", {}, int(found.up)
    yield "enforcement_replica_used", {}, int(not found.why)
    if found.lag is not None:
        yield "enforcement_replica_lag_seconds", {}, found.lag


def _files(now: datetime) -> Iterator[Sample]:
    yield "enforcement_files_up", {}, int(health.files().ok)


def _disk(now: datetime) -> Iterator[Sample]:
    for place, disk in health.disks().items():
        yield "enforcement_disk_free_bytes", {"place": place}, disk.free
        yield "enforcement_disk_free_ratio", {"place": place}, disk.free / disk.total


def _sweep(now: datetime) -> Iterator[Sample]:
    """How long ago the sweep began, and when it last ended well."""
    yield "enforcement_sweep_interval_seconds", {}, settings.SWEEP_EVERY
    tick = health.last_tick("sweep")
    if tick is None:
        return
    yield "enforcement_sweep_tick_age_seconds", {}, (now - tick.started_at).total_seconds()
    yield "enforcement_sweep_failed", {}, int(bool(tick.error))
    sound = (
        Tick.objects.filter(job="sweep", error="", finished_at__isnull=False)
        .order_by("-pk")
        .first()
    )
    if sound is not None and sound.finished_at is not None:
        yield "enforcement_sweep_lag_seconds", {}, (now - sound.started_at).total_seconds()
        took = (sound.finished_at - sound.started_at).total_seconds()
        yield "enforcement_sweep_duration_seconds", {}, took


def _clock(now: datetime) -> Iterator[Sample]:
    found = clock.doubt()
    yield "enforcement_clock_doubt_seconds", {}, found.ahead if found else 0


def _shut(now: datetime) -> Iterator[Sample]:
    """How many doors are shut after too many failures, by what was counted."""
    rows = SignInGuard.objects.filter(locked_until__gt=now).values_list("kind")
    found = dict(rows.annotate(many=Count("pk")).order_by("kind"))
    for kind in SignInGuard.Kind.values:
        yield "enforcement_signin_locked", {"kind": kind}, found.get(kind, 0)


def _tables(now: datetime) -> Iterator[Sample]:
    yield "enforcement_rollup_deltas", {}, capped_count(RollupDelta.objects.all(), MOST_DELTAS)
    yield "enforcement_migrations_applied", {}, int(health.migrations().ok)
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp() - %s)", [now])
        yield "enforcement_clock_skew_seconds", {}, float(cursor.fetchone()[0])


measures.register(
    [
        gauge("database_up", "1 when PostgreSQL answers"),
        gauge("redis_up", "1 when Redis answers"),
        gauge("broker_up", "1 when the message broker answers"),
        gauge("queue_depth", "messages waiting for a worker"),
    ],
    _servers,
)
measures.register(
    [
        gauge("replica_up", "1 when the replica answers as a replica of this primary"),
        gauge("replica_used", "1 when lists may be read from it"),
        gauge("replica_lag_seconds", "seconds the replica is behind, at most"),
    ],
    _replica,
)
measures.register(
    [gauge("signin_locked", "accounts, addresses and second factors shut after failures")], _shut
)
measures.register([gauge("files_up", "1 when uploaded files can be stored and read")], _files)
measures.register(
    [
        gauge("disk_free_bytes", "free bytes where data and files are"),
        gauge("disk_free_ratio", "free part of that disk, 0 to 1"),
    ],
    _disk,
)
measures.register(
    [
        gauge("sweep_interval_seconds", "SWEEP_EVERY: seconds between two sweeps"),
        gauge("sweep_tick_age_seconds", "seconds since the last sweep began"),
        gauge("sweep_lag_seconds", "seconds since the start of the last sweep that ended well"),
        gauge("sweep_duration_seconds", "how long that one took"),
        gauge("sweep_failed", "1 when the last sweep ended with an error"),
    ],
    _sweep,
)
measures.register(
    [gauge("clock_doubt_seconds", "how far this clock is from its witness; 0: it is believed")],
    _clock,
)
measures.register(
    [
        gauge("rollup_deltas", "deltas of counts not folded yet"),
        gauge("migrations_applied", "1 when no migration is pending"),
        gauge("clock_skew_seconds", "clock of the database minus clock of this machine"),
    ],
    _tables,
)
