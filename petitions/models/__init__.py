"""Names only: the models of petitions, one noun a module."""

from petitions.models.finding import Answer, Clue, ClueFinding, EvidencePick
from petitions.models.office import OfficeCode, PaperType
from petitions.models.order import Order, OrderReply
from petitions.models.petition import (
    Channel,
    Delivery,
    Outcome,
    Petition,
    PetitionAttachment,
    PetitionKind,
)
from petitions.models.report import Report
from petitions.models.review import (
    Conclusion,
    DualReview,
    Remedy,
    ReviewerChange,
    ReviewFile,
    Source,
    Track,
)

__all__ = [
    "Answer",
    "Channel",
    "Clue",
    "ClueFinding",
    "Conclusion",
    "Delivery",
    "DualReview",
    "EvidencePick",
    "OfficeCode",
    "Order",
    "OrderReply",
    "Outcome",
    "PaperType",
    "Petition",
    "PetitionAttachment",
    "PetitionKind",
    "Remedy",
    "Report",
    "ReviewFile",
    "ReviewerChange",
    "Source",
    "Track",
]
