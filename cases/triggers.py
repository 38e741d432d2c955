"""Database triggers of the cases tables: no move without an event, counts by state and month."""

from __future__ import annotations

import pgtrigger
from pgtrigger import F

from enforcement.counting import Count, counted, register

#: What dashboards count about cases; a month is named by its first day.
CASE_COUNTS = [
    Count("case.state", dim="r.state", day="date_trunc('month', r.filed_on)::date"),
]
register("cases_case", CASE_COUNTS)


#: Rows whose state stays are not worth a call of a trigger function.
STATE_CHANGED = pgtrigger.Q(old__state__df=F("new__state"))


def moved_with_event() -> pgtrigger.Trigger:
    """Refuse a change of state in which the timeline did not grow."""
    return pgtrigger.Trigger(
        name="case_moved_with_event",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=STATE_CHANGED,
        func="""
            IF NEW.version <= OLD.version THEN
                RAISE EXCEPTION 'case % moved from % to % without an event',
                    OLD.id, OLD.state, NEW.state;
            END IF;
            RETURN NEW;
        """,
    )


def case_counts() -> list[pgtrigger.Trigger]:
    """Return the triggers that keep the counts of cases."""
    return counted("case", CASE_COUNTS)
