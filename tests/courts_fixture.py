"""A small real branch of the tree of courts, for every test that needs courts."""

from __future__ import annotations

from functools import lru_cache

from enforcement.court_store import save_courts
from enforcement.courts import CodeRow, CourtRow, branch, plan_codes, plan_courts
from enforcement.models import Court
from enforcement.reference import data_file, read_rows

#: 商洛 with three of its courts, 延安 with one, and 长沙 in another province for strangers.
#: The courts above them (最高法, 陕, 湘) come along.
BRANCH = ("陕1002", "陕1021", "陕1022", "陕0602", "湘0104")


@lru_cache(maxsize=1)
def _plan() -> tuple[list[CourtRow], list[CodeRow]]:
    """Read the shipped lists once for the whole run."""
    rows = read_rows(data_file("courts.csv"))
    aliases = read_rows(data_file("court_code_aliases.csv"))
    return plan_courts(rows), plan_codes(rows, aliases)


def load_branch(codes: tuple[str, ...] = BRANCH) -> dict[str, Court]:
    """Load the branch through the loader of ``load_courts``; return 代字 → court."""
    courts, aliases = _plan()
    save_courts(branch(courts, codes), aliases)
    return {court.code: court for court in Court.objects.all()}
