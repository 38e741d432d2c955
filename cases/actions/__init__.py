"""The verbs of cases, one noun a module; importing this package fills the table of verbs."""

from cases.actions import (
    assignment,
    closing,
    correction,
    course,
    filing,
    leads,
    listings,
    measures,
    notices,
)

__all__ = [
    "assignment",
    "closing",
    "correction",
    "course",
    "filing",
    "leads",
    "listings",
    "measures",
    "notices",
]
