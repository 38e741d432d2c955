"""Base views: refusals in one shape, lists by key, single rows with their version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.request import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import urlencode
from rest_framework import serializers
from rest_framework.exceptions import (
    AuthenticationFailed,
    MethodNotAllowed,
    NotAuthenticated,
    PermissionDenied,
)
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from enforcement.errors import NotFound
from enforcement.headers import handed_out
from enforcement.paging import Page, page_at
from enforcement.replica.lists import answered
from enforcement.rest.contract import NONE_MATCH_HEADER, Operation, etag_header
from enforcement.rest.problems import answer_to, answer_to_unforeseen
from enforcement.rest.reading import Asked, etag, read_query, unchanged, who_asks
from enforcement.staff import Who

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


class Face(APIView):
    """Base of every view of the interface."""

    operations: ClassVar[Mapping[str, Operation]] = {}
    #: OPTIONS would describe the view in a second, weaker way than the schema.
    http_method_names = ["get", "head", "post", "delete"]
    cache: ClassVar[str] = "private, no-store"

    @classmethod
    def operations_of(cls, callback: Any) -> Mapping[str, Operation]:
        """Return the operations of a view as it stands in the table of addresses."""
        return cls(**callback.initkwargs).operations

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Say that answers belong to who asked, and which methods there are."""
        return {
            "Allow": ", ".join(self.allowed_methods),
            "Vary": "Accept, Authorization, Cookie",
            "Cache-Control": self.cache,
            "X-Content-Type-Options": "nosniff",
        }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Say first which methods there are; that is no secret, whoever asks.

        Raises:
            MethodNotAllowed: 405.
            NotAuthenticated, AuthenticationFailed: 401. PermissionDenied: a session without the
                token of its forms.
            Throttled: 429, one of these too often from one address.
        """
        if str(request.method) not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        try:
            super().initial(request, *args, **kwargs)
        except (NotAuthenticated, AuthenticationFailed, PermissionDenied):
            # The framework counts behind the sign-in only: who tries tokens without end, or asks
            # without one, is counted here.
            self.check_throttles(request)
            raise

    def handle_exception(self, exc: Exception) -> Any:
        """Answer every error as a problem; one nobody foresaw is reported and tells nothing."""
        answer = answer_to(exc, challenge=self.get_authenticate_header(self.request) or "Bearer")
        if answer is None:
            if settings.DEBUG_PROPAGATE_EXCEPTIONS:
                raise exc
            answer = answer_to_unforeseen(exc, self.request._request)
        return answer


class Nowhere(Face):
    """Every address under ``/api/v1/`` that is none."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse whatever is asked.

        Raises:
            NotFound: always.
        """
        super(Face, self).initial(request, *args, **kwargs)
        raise NotFound("address.unknown", "没有这个地址（地址以 / 结尾）。清单见 /api/v1/。")


# -- lists ---------------------------------------------------------------------------------------


@cache
def page_serializer(gives: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """Return the serializer of one page of rows, for the schema."""
    link: dict[str, Any] = {"allow_null": True, "help_text": "地址；没有的为 null"}
    fields = {
        "__doc__": "",
        "results": gives(many=True),
        "next": serializers.CharField(**link),
        "previous": serializers.CharField(**link),
    }
    return type(f"{gives.__name__}Page", (serializers.Serializer,), fields)


def listing(
    id: str,  # noqa: A002
    summary: str,
    tag: str,
    gives: type[serializers.Serializer],
    asks: type[serializers.Serializer] = Asked,
    **more: Any,
) -> dict[str, Operation]:
    """Return the operations of a list."""
    answers = {200: page_serializer(gives)}
    return {"GET": Operation(id, summary, tag, query=asks, answers=answers, **more)}


class Rows(Face):
    """A list: filtered, ordered by a unique key, one page at a time.

    Attributes:
        asks: serializer of the filters. gives: serializer of one row.
        order: field names that together are unique and never null.
    """

    asks: ClassVar[type[serializers.Serializer]] = Asked
    gives: ClassVar[type[serializers.Serializer]]
    order: ClassVar[Sequence[str]] = ("-id",)

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Any]:
        """Return all rows that this person may see and asked for."""
        raise NotImplementedError

    def context(self, who: Who, rows: list[Any], **at: Any) -> dict[str, Any]:
        """Return what the serializer needs beyond the rows."""
        return {"today": who.today}

    def get(self, request: Request, **at: Any) -> Response:
        """Answer one page, from the replica when the list is of more than one case."""
        asked, who = read_query(request, self.asks), who_asks(request)
        if at or asked.get("case"):
            return self._answer(request, asked, who, at)
        return answered(request._request, lambda: self._answer(request, asked, who, at))

    def _answer(
        self, request: Request, asked: dict[str, Any], who: Who, at: dict[str, Any]
    ) -> Response:
        page = self.page(self.rows(who, asked, **at), asked)
        return Response(
            {
                "results": self.drawn(page.rows, who, **at),
                "next": _turned(request._request, after=page.next),
                "previous": _turned(request._request, before=page.prev),
            }
        )

    def page(self, rows: QuerySet[Any], asked: dict[str, Any]) -> Page[Any]:
        """Return the page of the rows that was asked for."""
        cursors = {name: asked.get(name, "") for name in ("after", "before")}
        return page_at(rows, self.order, size=asked["limit"], **cursors)

    def drawn(self, rows: list[Any], who: Who, **at: Any) -> Any:
        """Return rows as JSON will show them."""
        return self.gives(rows, many=True, context=self.context(who, rows, **at)).data


def _turned(request: HttpRequest, **cursor: str) -> str | None:
    """Return the address of another page of the same list, None when there is none."""
    if not any(cursor.values()):
        return None
    kept = {k: str(v) for k, v in request.GET.items() if k not in {"after", "before"}}
    return f"{request.path}?{urlencode({**kept, **cursor})}"


# -- single rows ---------------------------------------------------------------------------------


def single(
    id: str,  # noqa: A002
    summary: str,
    tag: str,
    gives: type[serializers.Serializer],
    *,
    versioned: bool = False,
    conditional: bool = False,
    **more: Any,
) -> dict[str, Operation]:
    """Return the operations of one row.

    Args:
        versioned: the answer carries the version of the case as its ETag.
        conditional: 304 for a version the caller has already.
    """
    headers = [etag_header(200)] if versioned else []
    answers: dict[int, Any] = {200: gives}
    if conditional:
        headers, answers = [*headers, NONE_MATCH_HEADER], answers | {304: None}
    problems = (404,)
    return {
        "GET": Operation(
            id, summary, tag, answers=answers, problems=problems, headers=headers, **more
        )
    }


class One(Face):
    """One row, with the version of its case as ETag when it has one."""

    gives: ClassVar[type[serializers.Serializer]]
    conditional: ClassVar[bool] = False

    def one(self, who: Who, **at: Any) -> Any:
        """Return the row.

        Raises:
            NotFound: not there, or not theirs.
        """
        raise NotImplementedError

    def shown(self, request: Request, row: Any) -> None:
        """Take note that somebody reads this row."""

    def version(self, row: Any) -> int | None:
        """Return the version of the case the row belongs to; None for what has no version."""
        return None

    def context(self, who: Who, row: Any) -> dict[str, Any]:
        """Return what the serializer needs beyond the row."""
        return {"today": who.today}

    def get(self, request: Request, **at: Any) -> Response:
        """Answer the row, or that it is unchanged."""
        read_query(request, serializers.Serializer)
        who = who_asks(request)
        row = self.one(who, **at)
        self.shown(request, row)
        version = self.version(row)
        headers = {} if version is None else {"ETag": etag(version)}
        if self.conditional and version is not None and unchanged(request, version):
            return Response(status=304, headers=headers)
        return Response(self.gives(row, context=self.context(who, row)).data, headers=headers)


# -- files ---------------------------------------------------------------------------------------


class _Whatever(DefaultContentNegotiation):
    """A file is what it is, whatever the request would accept."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: Any = None
    ) -> tuple[Any, str]:
        """Return the first renderer."""
        return renderers[0], renderers[0].media_type


class FileFace(Face):
    """A file to download."""

    content_negotiation_class = _Whatever

    @staticmethod
    def given(data: bytes, name: str, media_type: str) -> HttpResponseBase:
        """Return the file; nobody may guess its kind or run what is in it."""
        answer = HttpResponse(data, content_type=media_type)
        file: HttpResponseBase = handed_out(answer, name, download=True)
        return file


def download(id: str, summary: str, tag: str, media_type: str) -> dict[str, Operation]:  # noqa: A002
    """Return the operations of a file."""
    binary = {"type": "string", "contentMediaType": media_type}
    answers = {(200, media_type): binary}
    return {"GET": Operation(id, summary, tag, answers=answers, problems=(404,))}
