"""Names only: the floor's models, one noun a module."""

from enforcement.models.api import ApiToken, IdempotentAnswer
from enforcement.models.clock import ClockMark
from enforcement.models.courts import Court, CourtCode
from enforcement.models.kept import Kept
from enforcement.models.logs import Reveal, Tick, Turn
from enforcement.models.people import Post, User
from enforcement.models.rollups import Rollup, RollupDay, RollupDelta
from enforcement.models.security import PastPassword, SecurityEvent, SignInGuard

__all__ = [
    "ApiToken",
    "ClockMark",
    "Court",
    "CourtCode",
    "IdempotentAnswer",
    "Kept",
    "PastPassword",
    "Post",
    "Reveal",
    "Rollup",
    "RollupDay",
    "RollupDelta",
    "SecurityEvent",
    "SignInGuard",
    "Tick",
    "Turn",
    "User",
]
