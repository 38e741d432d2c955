"""Serials of case numbers: from 1, without gaps and without duplicates, whoever asks at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from cases.models import NumberSeries
from enforcement.models import Court
from tests.courts_fixture import load_branch

THREADS, EACH = 8, 50


@pytest.fixture
def courts(db: None) -> dict[str, Court]:
    """Return the branch."""
    return load_branch()


class TestAllocation:
    def test_each_series_starts_from_one_and_goes_up_by_one(self, courts: dict[str, Court]) -> None:
        court = courts["陕1002"]
        assert [NumberSeries.allocate(court, 2026, "执") for _ in range(3)] == [1, 2, 3]

    def test_court_year_and_type_each_have_their_own_series(self, courts: dict[str, Court]) -> None:
        asked = [
            (courts["陕1002"], 2026, "执"),
            (courts["陕1021"], 2026, "执"),
            (courts["陕1002"], 2027, "执"),
            (courts["陕1002"], 2026, "执恢"),
        ]
        assert [NumberSeries.allocate(*series) for series in asked] == [1, 1, 1, 1]
        assert [NumberSeries.allocate(*series) for series in asked] == [2, 2, 2, 2]

    def test_a_case_that_fails_gives_its_number_back(self, courts: dict[str, Court]) -> None:
        court = courts["陕1002"]
        NumberSeries.allocate(court, 2026, "执")
        with transaction.atomic():
            assert NumberSeries.allocate(court, 2026, "执") == 2
            transaction.set_rollback(True)
        assert NumberSeries.allocate(court, 2026, "执") == 2

    def test_it_takes_one_statement(
        self, courts: dict[str, Court], django_assert_num_queries: object
    ) -> None:
        with django_assert_num_queries(1):  # type: ignore[operator]
            NumberSeries.allocate(courts["陕1002"], 2026, "执")


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Court]:
    """Return a court that other connections see too."""
    yield load_branch()["陕1002"]
    connection.close()


def test_outside_a_transaction_it_refuses(committed: Court) -> None:
    with pytest.raises(TransactionManagementError, match="transaction that writes the case"):
        NumberSeries.allocate(committed, 2026, "执")
    assert not NumberSeries.objects.exists()


def test_eight_clerks_at_once_leave_no_gap_and_no_duplicate(committed: Court) -> None:
    """Every seventh filing fails after it had its number."""
    start = threading.Barrier(THREADS)

    class FilingFailed(Exception):
        pass

    def clerk(name: int) -> list[int]:
        kept: list[int] = []
        start.wait()
        try:
            for turn in range(EACH):
                try:
                    with transaction.atomic():
                        serial = NumberSeries.allocate(committed, 2026, "执")
                        if (turn + name) % 7 == 0:
                            raise FilingFailed
                except FilingFailed:
                    continue
                kept.append(serial)
        finally:
            connection.close()
        return kept

    with ThreadPoolExecutor(THREADS) as pool:
        kept = list(pool.map(clerk, range(THREADS)))
    serials = sorted(serial for list_ in kept for serial in list_)
    assert THREADS * EACH * 0.8 < len(serials) < THREADS * EACH
    assert serials == list(range(1, len(serials) + 1))
    assert all(list_ == sorted(list_) for list_ in kept)
    assert NumberSeries.objects.get().last == len(serials)
