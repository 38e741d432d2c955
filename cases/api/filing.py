"""Filing a case (登记立案) over the interface: the form of the page, with the parties as a list."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.filing import Filed, PartyInput
from cases.api.cases import CaseDetail
from cases.api.moves import form_class
from cases.filing_form import MOST_PARTIES
from cases.forms import PartyForm
from cases.verb import VERBS
from enforcement.api import court_in_sight
from enforcement.middleware import now_of
from enforcement.models import Court
from enforcement.rest import links
from enforcement.rest.contract import KEY_HEADER, Operation, etag_header
from enforcement.rest.faces import Face
from enforcement.rest.form_input import Read
from enforcement.rest.form_schema import example_of, schema_of
from enforcement.rest.once import once
from enforcement.rest.parsers import object_of
from enforcement.rest.problems import Wrong, WrongInput
from enforcement.rest.reading import etag, read_query, who_asks
from enforcement.staff import Who

SPEC = VERBS["file_case"]


class PartyBody(PartyForm):
    """One party; counsel say for whom they speak by the place in the list."""

    represents = forms.IntegerField(
        label="代理",
        required=False,
        min_value=0,
        max_value=MOST_PARTIES - 1,
        help_text="代理人所代理的当事人在 parties 中的位置，自 0 起，应在代理人之前",
    )

    def party(self) -> PartyInput:
        """Return what the verb wants to know about the party."""
        return PartyInput(**self.cleaned_data)


class FiledOut(serializers.Serializer):
    """A filed case, and the code by which a party finds it, shown this once."""

    case = CaseDetail()
    query_code = serializers.CharField(help_text="查询码，只显示这一次，交给申请执行人")


def body_schema() -> dict[str, Any]:
    """Return the schema of the body."""
    schema = schema_of(form_class(SPEC)())
    schema["properties"]["parties"] = {
        "type": "array",
        "title": "当事人",
        "minItems": 2,
        "maxItems": MOST_PARTIES,
        "items": schema_of(PartyBody()),
        "description": "至少一名申请执行人、一名被执行人",
    }
    schema["required"].append("parties")
    return schema


EXAMPLE_PARTIES = [
    {"role": "applicant", "kind": "natural", "name": "陈某"},
    {"role": "debtor", "kind": "legal", "name": "某某建设有限公司"},
]


class FileCase(Face):
    """File a case in one court."""

    @cached_property
    def operations(self) -> dict[str, Operation]:  # type: ignore[override]
        """Describe the operation."""
        schema = body_schema()
        return {
            "POST": Operation(
                "file_case",
                SPEC.label,
                "案件办理",
                "由该法院的立案人员办理。查询码只在这一次应答里。",
                body=schema,
                answers={201: FiledOut},
                problems=(403, 404, 409, 422),
                headers=[KEY_HEADER, etag_header(201)],
                example=example_of(schema) | {"parties": EXAMPLE_PARTIES},
            )
        }

    def post(self, request: Request, **at: Any) -> Response:
        """File it, once."""
        read_query(request, serializers.Serializer)
        who = who_asks(request)
        court = court_in_sight(who, at["key"])
        return once(request, lambda: self._filed(request, who, court))

    def _filed(self, request: Request, who: Who, court: Court) -> Response:
        SPEC.check(court, who.user, who.today)
        body = object_of(request)
        parties = _parties(body.pop("parties", None))
        form: Any = form_class(SPEC)({}, target=court, today=who.today)
        wrong = [*Read(form, body).wrong(), *parties.wrong]
        if wrong:
            raise WrongInput(wrong)
        filed: Filed = SPEC.run(
            court,
            by=who.user,
            now=now_of(request._request),
            **form.arguments(),
            parties=[entry.party() for entry in parties.forms],
        )
        shown = {"case": filed.case, "query_code": filed.query_code}
        headers = {
            "ETag": etag(filed.case.version),
            "Location": links.link("case", filed.case.pk),
        }
        return Response(FiledOut(shown).data, status=201, headers=headers)


class _Parties:
    """The parties of a body, read, with all that is wrong with them."""

    def __init__(self) -> None:
        self.forms: list[PartyBody] = []
        self.wrong: list[Wrong] = []


def _parties(value: Any) -> _Parties:
    found = _Parties()
    if not isinstance(value, list) or not 2 <= len(value) <= MOST_PARTIES:
        say = f"请填写 2 至 {MOST_PARTIES} 名当事人。"
        found.wrong.append(Wrong("parties", "input.parties", say))
        return found
    for index, entry in enumerate(value):
        form = PartyBody({})
        if not isinstance(entry, dict):
            say = "每名当事人应为 JSON 对象。"
            found.wrong.append(Wrong(f"parties.{index}", "input.object", say))
            continue
        found.wrong += Read(form, entry).wrong(f"parties.{index}.")
        found.forms.append(form)
    return found


links.register_link("court", "file_case", "court_cases")
