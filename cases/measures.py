"""Figures about the digests for those who watch: how many days that are over are not sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cases.models import Digest
from cases.sealing import ONE_DAY
from cases.timeline import legal_day
from enforcement import measures
from enforcement.measures import Sample, gauge


def _read(now: datetime) -> Iterator[Sample]:
    """Yield nothing before the first digest: there is nothing to be behind with."""
    last = Digest.objects.order_by("-day").values_list("day", flat=True).first()
    if last is not None:
        yield "enforcement_digest_days_unsealed", {}, (legal_day(now) - ONE_DAY - last).days


measures.register(
    [gauge("digest_days_unsealed", "days that are over and not sealed; negative: clock ahead")],
    _read,
)
