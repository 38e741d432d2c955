"""The whole path through HTTP alone: forms, links, cookies, no script; real beat and worker."""

from __future__ import annotations

from tests.journeys.story import Story
from tests.journeys.system import System
from tests.journeys.visitor import Visitor


def test_from_filing_to_the_order_without_script(system: System) -> None:
    """File, assign, receive, notice, lead, lapse, flag, petition, review, report, order."""
    Story(lambda phone: Visitor(system.address)).whole()
