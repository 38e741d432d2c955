"""The verbs of petitions, one noun a module; importing this package fills the table of verbs."""

from petitions.actions import (
    answers,
    clues,
    conclusions,
    filing,
    orders,
    reports,
    reviewers,
    reviews,
)

__all__ = [
    "answers",
    "clues",
    "conclusions",
    "filing",
    "orders",
    "reports",
    "reviewers",
    "reviews",
]
