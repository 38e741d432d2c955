"""Petitions, dual reviews, reports and orders over the interface, each through its own door."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.urls import path
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.moves import register_acted
from cases.api.parts import (
    CaseRef,
    Linked,
    PersonRef,
    Placed,
    Scoped,
    choice,
)
from cases.targets import register_door
from enforcement.api import CourtRef
from enforcement.crypto import mask_phone
from enforcement.errors import NotFound
from enforcement.models import User
from enforcement.rest import links
from enforcement.rest.faces import listing, single
from enforcement.rest.reading import Day
from enforcement.staff import Who
from petitions import access
from petitions.api_papers import (
    OrderDocx,
    OrderOne,
    OrderPdf,
    OrderRows,
    ReportDocx,
    ReportOne,
    ReportPdf,
    ReportRows,
)
from petitions.api_parts import (
    OPEN,
    ORDERS,
    PETITIONS,
    REPORTS,
    REVIEWS,
    DoorOne,
    DoorRows,
    in_state,
)
from petitions.machine import PetitionState, ReviewState
from petitions.models import (
    Answer,
    Channel,
    Clue,
    Conclusion,
    Delivery,
    DualReview,
    Order,
    Outcome,
    Petition,
    PetitionKind,
    Remedy,
    Report,
    ReviewFile,
    Source,
    Track,
)
from petitions.queries import OPEN_PETITIONS, progress

# -- petitions -----------------------------------------------------------------------------------


class PetitionOut(Placed):
    """One petition, without its words."""

    kind = "petition"
    number = serializers.CharField()
    case = CaseRef()
    court = CourtRef(help_text="答复法院")
    about = choice(PetitionKind.choices, source="kind")
    channel = choice(Channel.choices)
    state = choice(PetitionState.choices)
    state_label = serializers.CharField(source="get_state_display")
    filed_on = serializers.DateField(help_text="收到日")
    registered_on = serializers.DateField(allow_null=True)
    answered_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    handler = PersonRef(allow_null=True)


class PetitionDetail(PetitionOut, Linked):
    """One petition with its words and its answer."""

    petitioner = serializers.CharField(source="petitioner_name")
    contact = serializers.SerializerMethodField(help_text="中间部分以 * 代替")
    text = serializers.CharField()
    transfer_reason = serializers.CharField()
    outcome = choice([("", "未答复"), *Outcome.choices])
    answer = serializers.CharField()
    delivery = choice([("", "未答复"), *Delivery.choices])
    read_on = serializers.DateField(allow_null=True, help_text="信访人阅读答复之日")

    def get_contact(self, petition: Petition) -> str:
        """Return how to reach the petitioner, masked."""
        return mask_phone(str(petition.contact)) if petition.contact else ""


class PetitionsAsked(Scoped):
    """Filters of the list of petitions."""

    state = choice([OPEN, *PetitionState.choices], required=False)
    about = choice(PetitionKind.choices, required=False)
    filed_from = Day(required=False)
    filed_to = Day(required=False)


class PetitionRows(DoorRows):
    """Petitions, the newest first."""

    door, asks, gives = access.petitions_seen_by, PetitionsAsked, PetitionOut
    paths = {"about": "kind", "filed_from": "filed_on__gte", "filed_to": "filed_on__lte"}
    operations = listing("list_petitions", "信访清单", PETITIONS, PetitionOut, PetitionsAsked)

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Any]:
        """Return the petitions that meet the filters."""
        return in_state(super().rows(who, asked, **at), asked.get("state"), OPEN_PETITIONS)


class PetitionOne(DoorOne):
    """One petition."""

    door, gives = access.petition_for_reading, PetitionDetail
    operations = single("get_petition", "信访", PETITIONS, PetitionDetail, versioned=True)


# -- dual reviews --------------------------------------------------------------------------------


class ReviewOut(Placed):
    """The outside of a dual review."""

    kind = "dualreview"
    case = CaseRef()
    court = CourtRef(help_text="核查法院")
    source = choice(Source.choices)  # type: ignore[assignment]
    petition = serializers.IntegerField(source="petition_id", allow_null=True)
    state = choice(ReviewState.choices)
    state_label = serializers.CharField(source="get_state_display")
    opened_on = serializers.DateField()
    opened_by = PersonRef()
    conclusion = choice([("", "未提出"), *Conclusion.choices])
    concluded_on = serializers.DateField(allow_null=True)


class FindingOut(serializers.Serializer):
    """What one track answers to one clue."""

    clue = serializers.IntegerField(source="clue_id")
    answer = choice(Answer.choices)
    text = serializers.CharField()
    evidence = serializers.SerializerMethodField(help_text="时间线上的序号")
    other_evidence = serializers.CharField()
    on = serializers.DateField()

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_evidence(self, finding: Any) -> list[int]:
        """Return the numbers of the picked events."""
        return sorted(pick.event.seq for pick in finding.picks.all())


class TrackOut(serializers.Serializer):
    """One track's file, as far as it opens to who asks."""

    track = choice(Track.choices)
    reviewer = PersonRef()
    assigned_on = serializers.DateField()
    signed_on = serializers.DateField(allow_null=True)
    summary = serializers.CharField()
    findings = FindingOut(many=True)


class ClueOut(Placed):
    """One point complained of."""

    kind = "clue"
    position = serializers.IntegerField()
    claim = serializers.CharField()
    added_on = serializers.DateField()


class ProgressOut(serializers.Serializer):
    """How far one track is; never what it answered."""

    track = choice(Track.choices)
    answered = serializers.IntegerField()
    clues = serializers.IntegerField()


class ReviewDetail(ReviewOut, Linked):
    """One dual review; of the files only those that open to who asks."""

    reasons = serializers.CharField()
    remedies = serializers.ListField(child=choice(Remedy.choices))
    proposals = serializers.CharField(help_text="每行一项")
    proposed_on = serializers.DateField(allow_null=True)
    objection = serializers.CharField(help_text="退回理由")
    clues = ClueOut(many=True)
    progress = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField(help_text="核查人只见自己的一条线")

    @extend_schema_field(ProgressOut(many=True))
    def get_progress(self, review: DualReview) -> list[dict[str, Any]]:
        """Return how far each track is."""
        done = progress(review).items()
        return [{"track": t, "answered": n, "clues": total} for t, (n, total) in done]

    @extend_schema_field(TrackOut(many=True))
    def get_files(self, review: DualReview) -> Any:
        """Return the files that open to who asks."""
        files: list[ReviewFile] = self.context["files"]
        return TrackOut(files, many=True).data


class ReviewsAsked(Scoped):
    """Filters of the list of dual reviews."""

    state = choice(ReviewState.choices, required=False)


class ReviewRows(DoorRows):
    """Dual reviews, the newest first."""

    door, asks, gives = access.reviews_seen_by, ReviewsAsked, ReviewOut
    paths = {"state": "state"}
    operations = listing("list_reviews", "一案双查清单", REVIEWS, ReviewOut, ReviewsAsked)


class ReviewOne(DoorOne):
    """One dual review."""

    door, gives = access.review_for_reading, ReviewDetail
    operations = single("get_review", "一案双查", REVIEWS, ReviewDetail, versioned=True)

    def context(self, who: Who, row: Any) -> dict[str, Any]:
        """Return the files that open to who asks, their findings read with them."""
        files = access.tracks_open_to(who.user, row, who.today)
        prefetch_related_objects(files, "findings__picks__event")
        return {"files": files}


# -- doors, links, addresses ---------------------------------------------------------------------


def clue_for_reading(user: User, pk: int, today: date) -> Clue:
    """Return one clue of a review whose outside the person may read.

    Raises:
        NotFound: not there, or not theirs.
    """
    clue = Clue.objects.select_related("case__court", "review").filter(pk=pk).first()
    if clue is None:
        raise NotFound
    access.review_for_reading(user, clue.review_id, today)
    return clue


class ClueOne(DoorOne):
    """One point complained of."""

    door, gives = clue_for_reading, ClueOut
    operations = single("get_clue", "线索", REVIEWS, ClueOut, versioned=True)


for _model, _word, _label, _tag, _door in (
    (Petition, "petitions", "信访", PETITIONS, access.petition_for_reading),
    (DualReview, "reviews", "一案双查", REVIEWS, access.review_for_reading),
    (Clue, "clues", "线索", REVIEWS, clue_for_reading),
    (Report, "reports", "督查报告", REPORTS, access.report_for_reading),
    (Order, "orders", "督办函", ORDERS, access.order_for_reading),
):
    _kind = str(_model._meta.model_name)
    register_door(_kind, _door)
    register_acted(_model, _word, _label, _tag)
    links.register_place(_kind, _word.removesuffix("s"))
    if _model is not Clue:
        links.register_link("case", _word, _word, query="case")
        links.register_root(_word, _word)
for _word in ("report", "order"):
    links.register_link(_word, "pdf", f"{_word}_pdf")
    links.register_link(_word, "docx", f"{_word}_docx")

urls = [
    path("petitions/", PetitionRows.as_view(), name="petitions"),
    path("petitions/<int:id>/", PetitionOne.as_view(), name="petition"),
    path("reviews/", ReviewRows.as_view(), name="reviews"),
    path("reviews/<int:id>/", ReviewOne.as_view(), name="review"),
    path("clues/<int:id>/", ClueOne.as_view(), name="clue"),
    path("reports/", ReportRows.as_view(), name="reports"),
    path("reports/<int:id>/", ReportOne.as_view(), name="report"),
    path("reports/<int:id>/report.pdf", ReportPdf.as_view(), name="report_pdf"),
    path("reports/<int:id>/report.docx", ReportDocx.as_view(), name="report_docx"),
    path("orders/", OrderRows.as_view(), name="orders"),
    path("orders/<int:id>/", OrderOne.as_view(), name="order"),
    path("orders/<int:id>/order.pdf", OrderPdf.as_view(), name="order_pdf"),
    path("orders/<int:id>/order.docx", OrderDocx.as_view(), name="order_docx"),
]
