"""Serializers and filters that the resources of every app share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from cases.access import in_sight, under
from cases.reading import noted
from enforcement.access import courts_seen_by
from enforcement.errors import NotFound
from enforcement.models import Court
from enforcement.rest import links
from enforcement.rest.faces import One, Rows
from enforcement.rest.problems import Wrong, WrongInput
from enforcement.rest.reading import Asked
from enforcement.staff import Who

LINKS_SCHEMA = {"type": "object", "additionalProperties": {"type": "string"}}
#: Keys of rows: what a 64-bit column can hold.
KEY: dict[str, Any] = {"min_value": 1, "max_value": 2**63 - 1}


class PersonRef(serializers.Serializer):
    """A person of a court as others mention them."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="__str__")


class CaseRef(serializers.Serializer):
    """A case as what hangs on it mentions it."""

    id = serializers.IntegerField(source="pk")
    number = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, case: Any) -> str:
        """Return its address."""
        return links.link("case", case.pk)


class Placed(serializers.Serializer):
    """A row with an address of its own.

    Attributes:
        kind: model name in lower case, as addresses know it.
    """

    kind: str
    id = serializers.IntegerField(source="pk")
    url = serializers.SerializerMethodField()

    def get_url(self, row: Any) -> str:
        """Return its address."""
        return links.place(self.kind, row.pk) or ""


class Linked(serializers.Serializer):
    """Mix-in of a single row: where to go from here."""

    links = serializers.SerializerMethodField()

    @extend_schema_field(LINKS_SCHEMA)
    def get_links(self, row: Any) -> dict[str, str]:
        """Return every link of the row."""
        return links.links_of(self.kind, row.pk)  # type: ignore[attr-defined]


def choice(choices: Any, **more: Any) -> serializers.ChoiceField:
    """Return a coded value; its words stand in the schema."""
    words = "，".join(f"{value} {label}" for value, label in choices)
    return serializers.ChoiceField(choices, help_text=words, **more)


def money(**more: Any) -> serializers.DecimalField:
    """Return an amount in yuan, written as text with two decimals."""
    return serializers.DecimalField(max_digits=18, decimal_places=2, **more)


def number(help_text: str = "") -> serializers.IntegerField:
    """Return an optional filter by the number of a row."""
    return serializers.IntegerField(required=False, help_text=help_text, **KEY)


# -- lists of what hangs on cases ----------------------------------------------------------------


class Scoped(Asked):
    """Filters of every list of rows that hang on cases."""

    court = serializers.CharField(
        required=False, max_length=16, help_text="法院的 key，包括其下级法院"
    )
    case = number("案件的 id")


def court_asked(who: Who, key: str | None) -> Court | None:
    """Return the court a list is narrowed to, None for all in sight.

    Raises:
        WrongInput: no such court, or not in sight.
    """
    if not key:
        return None
    court = courts_seen_by(who.user, who.today).filter(key=key).first()
    if court is None:
        say = "没有这个法院，或者您无权查看。"
        raise WrongInput([Wrong("court", "court.not_found", say)])
    return court


def reach(who: Who, asked: dict[str, Any]) -> Q:
    """Return the condition that keeps rows of cases in sight, under the court and case asked."""
    condition = in_sight(who.user, who.today, prefix="case__")
    if court := court_asked(who, asked.get("court")):
        condition &= under(court, "case__")
    return condition & Q(case_id=asked["case"]) if asked.get("case") else condition


def narrowed(rows: QuerySet[Any], asked: dict[str, Any], **paths: str) -> QuerySet[Any]:
    """Keep the rows that meet each filter that was asked.

    Args:
        paths: name of the filter → look-up, for example ``issued_to="issued_on__lte"``.
    """
    given = {path: asked[name] for name, path in paths.items() if asked.get(name) is not None}
    return rows.filter(**given) if given else rows


class HangingRows(Rows):
    """A list of rows that hang on cases in sight."""

    model: Any
    related: tuple[str, ...] = ("case",)
    paths: dict[str, str] = {}
    asks = Scoped

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Any]:
        """Return the rows in sight that meet the filters."""
        rows = self.model._default_manager.filter(reach(who, asked))
        return narrowed(rows.select_related(*self.related), asked, **self.paths)


class HangingOne(One):
    """One row that hangs on a case in sight; its ETag is the version of the case."""

    model: Any
    related: tuple[str, ...] = ("case",)

    def one(self, who: Who, **at: Any) -> Any:
        """Return the row.

        Raises:
            NotFound: not there, or not theirs.
        """
        return row_in_sight(self.model, self.related, who.user, who.today, at["id"])

    def shown(self, request: Request, row: Any) -> None:
        """Write down that its case was read."""
        noted(request, row)

    def version(self, row: Any) -> int:
        """Return the version of the case."""
        version: int = row.case.version
        return version


def row_in_sight(model: Any, related: tuple[str, ...], user: Any, today: date, pk: int) -> Any:
    """Return one row whose case the person may read.

    Raises:
        NotFound: not there, or not theirs.
    """
    rows = model._default_manager.filter(in_sight(user, today, prefix="case__"), pk=pk)
    row = rows.select_related(*related).first()
    if row is None:
        raise NotFound
    return row
