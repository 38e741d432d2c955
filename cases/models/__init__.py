"""Names only: the models of cases, one noun a module."""

from cases.models.attachment import Attachment
from cases.models.case import Case, HandlerTerm
from cases.models.cause import Cause
from cases.models.digest import Digest
from cases.models.event import CaseEvent
from cases.models.lead import Lead
from cases.models.listing import Listing
from cases.models.measure import Measure
from cases.models.note import EventNote
from cases.models.paper import Paper
from cases.models.party import Party
from cases.models.reading import CaseRead
from cases.models.series import NumberSeries

__all__ = [
    "Attachment",
    "Case",
    "CaseEvent",
    "CaseRead",
    "Cause",
    "Digest",
    "EventNote",
    "HandlerTerm",
    "Lead",
    "Listing",
    "Measure",
    "NumberSeries",
    "Paper",
    "Party",
]
