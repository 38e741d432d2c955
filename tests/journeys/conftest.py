"""The journeys share one running system: real web, worker and beat."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.system import System, running


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Start the system once for all journeys."""
    with running(tmp_path_factory.mktemp("journey")) as found:
        yield found
