"""Every verb over the REST interface: what I may do now and why not the rest, and doing it.

One address a verb, made from the table of verbs; the body is the form that the page uses.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple, cast, get_type_hints

from django.db import models
from django.urls import URLPattern, path
from django.utils.module_loading import import_string
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case
from cases.reading import noted
from cases.targets import kind_of, target_for
from cases.verb import VERBS, Offer, Verb, case_of, offers
from enforcement.middleware import now_of
from enforcement.models import Court
from enforcement.rest import links
from enforcement.rest.contract import KEY_HEADER, VERSION_HEADER, Operation, etag_header
from enforcement.rest.faces import Face
from enforcement.rest.form_input import Read
from enforcement.rest.form_schema import example_of, schema_of
from enforcement.rest.once import once
from enforcement.rest.parsers import StrictJson, object_of
from enforcement.rest.reading import etag, read_query, version_asked, who_asks
from enforcement.rest.tokens import token_of
from enforcement.signin import proof
from enforcement.staff import Who

#: Refusals a verb may give.
PROBLEMS = (403, 404, 409, 412, 422, 428)


class Acted(NamedTuple):
    """A kind of thing that verbs act on: the word in its addresses, its name, its group."""

    word: str
    label: str
    tag: str


#: kind → how it stands in addresses; each app adds its own.
ACTED: dict[str, Acted] = {}


def register_acted(model: type[models.Model], word: str, label: str, tag: str) -> None:
    """Let the verbs on a model be done over the interface.

    Args:
        word: plural in addresses, for example ``leads``.
    """
    kind = kind_of(model)
    ACTED[kind] = Acted(word, label, tag)
    links.register_link(kind, "moves", f"{kind}_moves")


# -- what may be done ----------------------------------------------------------------------------


class RefusalOut(serializers.Serializer):
    """Why a verb is refused now."""

    code = serializers.CharField()
    detail = serializers.CharField()


class MoveOut(serializers.Serializer):
    """One verb as it stands for the person who asks."""

    verb = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    hint = serializers.CharField()
    confirm = serializers.CharField(help_text="办理前应当向人确认的话；空为不必")
    allowed = serializers.BooleanField()
    refusal = RefusalOut(allow_null=True)
    url = serializers.CharField(help_text="GET 得到所需内容的 JSON Schema，POST 办理")


class MovesOut(serializers.Serializer):
    """Every verb on one thing, the allowed ones first."""

    version = serializers.IntegerField(help_text="案件现在的版本")
    moves = MoveOut(many=True)


class MoveDetail(MoveOut):
    """One verb, with what its body may hold for this very target."""

    version = serializers.IntegerField()
    input = serializers.JSONField(help_text="请求内容的 JSON Schema，选项按本件列出")


def shown(offer: Offer, target: models.Model) -> dict[str, Any]:
    """Return an offer as JSON will show it."""
    spec, refusal = offer.verb, offer.refusal
    return {
        "verb": spec.name,
        "label": spec.label,
        "hint": spec.hint,
        "confirm": spec.confirm,
        "allowed": offer.allowed,
        "refusal": {"code": refusal.code, "detail": refusal.message} if refusal else None,
        "url": links.link(f"{kind_of(target)}_{spec.name}", target.pk),
    }


class Moves(Face):
    """What may be done now with one thing."""

    kind: str = ""

    @cached_property
    def operations(self) -> dict[str, Operation]:  # type: ignore[override]
        """Describe the operation for this kind."""
        acted = ACTED[self.kind]
        said = "每一项可否由您现在办理；不能办理的，说明为什么。"
        return {
            "GET": Operation(
                f"list_{self.kind}_moves",
                f"{acted.label}可以办理的事项",
                acted.tag,
                said,
                answers={200: MovesOut},
                problems=(404,),
                headers=[etag_header(200)],
            )
        }

    def get(self, request: Request, **at: Any) -> Response:
        """Answer every verb with its reason."""
        read_query(request, serializers.Serializer)
        who = who_asks(request)
        target = noted(request, target_for(who.user, self.kind, at["id"], who.today))
        version = case_of(target).version
        moves = [shown(offer, target) for offer in offers(target, who.user, who.today)]
        drawn = MovesOut({"version": version, "moves": moves}).data
        return Response(drawn, headers={"ETag": etag(version)})


# -- doing it ------------------------------------------------------------------------------------


class ThingRef(serializers.Serializer):
    """A thing that was acted on or made."""

    kind = serializers.CharField()
    id = serializers.IntegerField()
    url = serializers.CharField(allow_null=True)


class Done(serializers.Serializer):
    """What a verb did."""

    verb = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    version = serializers.IntegerField(help_text="案件现在的版本")
    events = serializers.ListField(
        child=serializers.IntegerField(), help_text="本次写入时间线的序号"
    )
    case = ThingRef()
    target = ThingRef()
    created = ThingRef(allow_null=True, help_text="新建的一件；没有的为 null")


def thing(row: models.Model) -> dict[str, Any]:
    """Return kind, number and address of a row."""
    kind = kind_of(row)
    return {"kind": kind, "id": row.pk, "url": links.place(kind, row.pk)}


def form_class(spec: Verb) -> Any:
    """Return the form a verb reads its input with."""
    return import_string(spec.form or "cases.forms.DayForm")


def makes(spec: Verb) -> bool:
    """Tell whether a verb makes a thing of its own, by what its function says it returns."""
    made = get_type_hints(spec.run).get("return")
    if not (isinstance(made, type) and issubclass(made, models.Model)):
        return False
    return made is not spec.target and kind_of(made) in links.PLACES


class Move(Face):
    """One verb on one thing.

    Attributes:
        spec: the verb, from the table.
    """

    spec: Any = None

    @property
    def kind(self) -> str:
        """Return the kind of thing the verb acts on."""
        return kind_of(cast(Verb, self.spec).target)

    def get_parsers(self) -> list[Any]:
        """Read files only where the form has them."""
        files = [MultiPartParser()] if self._files() else []
        return [StrictJson(), *files]

    def _files(self) -> bool:
        return form_class(self.spec)().is_multipart()

    @cached_property
    def operations(self) -> dict[str, Operation]:  # type: ignore[override]
        """Describe showing and doing the verb."""
        spec, acted = self.spec, ACTED[self.kind]
        schema = schema_of(form_class(spec)())
        status = 201 if makes(spec) else 200
        said = "；".join(filter(None, [spec.hint, spec.confirm and "办理后不能撤回"]))
        return {
            "GET": Operation(
                f"show_{spec.name}",
                f"{spec.label}：可否办理、需要什么",
                acted.tag,
                "所需内容按本件列出选项。",
                answers={200: MoveDetail},
                problems=(404,),
                headers=[etag_header(200)],
            ),
            "POST": Operation(
                f"do_{spec.name}",
                spec.label,
                acted.tag,
                said,
                body=schema,
                files=self._files(),
                answers={status: Done},
                problems=PROBLEMS,
                headers=[VERSION_HEADER, KEY_HEADER, etag_header(status)],
                example=example_of(schema),
            ),
        }

    def get(self, request: Request, **at: Any) -> Response:
        """Answer whether the verb may be done, and what its body holds."""
        read_query(request, serializers.Serializer)
        who = who_asks(request)
        target = noted(request, target_for(who.user, self.kind, at["id"], who.today))
        offer = Offer(self.spec, self.spec.refusal(target, who.user, who.today))
        form = form_class(self.spec)(target=target, today=who.today)
        version = case_of(target).version
        drawn = {
            **shown(offer, target),
            "version": version,
            "input": schema_of(form, fitted=True),
        }
        return Response(MoveDetail(drawn).data, headers={"ETag": etag(version)})

    def post(self, request: Request, **at: Any) -> Response:
        """Do the verb, once."""
        read_query(request, serializers.Serializer)
        who = who_asks(request)
        target = noted(request, target_for(who.user, self.kind, at["id"], who.today))
        return once(request, lambda: self._done(request, who, target))

    def _done(self, request: Request, who: Who, target: Any) -> Response:
        """Do the verb on what the caller looked at.

        Who may not do it learns that before the body is judged, unless the version is no longer
        the present one: then that comes first, for the reason may be gone with it.
        """
        version = version_asked(request)
        if self.spec.name in proof.VERBS and token_of(request) is None:
            proof.require_proof(request._request)
        if version == case_of(target).version:
            self.spec.check(target, who.user, who.today)
        form: Any = form_class(self.spec)({}, request.FILES, target=target, today=who.today)
        Read(form, _texts(request), typed=not self._multipart(request)).check()
        now = now_of(request._request)
        result = self.spec.run(target, by=who.user, now=now, version=version, **form.arguments())
        return self._answer(target, result, version)

    def _multipart(self, request: Request) -> bool:
        return (request.content_type or "").startswith("multipart/")

    def _answer(self, target: Any, result: Any, before: int) -> Response:
        case = case_of(target)
        made = thing(result) if _is_new(result, target) else None
        done = {
            "verb": self.spec.name,
            "label": self.spec.label,
            "version": case.version,
            "events": list(range(before + 1, case.version + 1)),
            "case": thing(case),
            "target": thing(target),
            "created": made,
        }
        headers = {"ETag": etag(case.version)}
        if made and made["url"]:
            headers["Location"] = made["url"]
        return Response(Done(done).data, status=201 if makes(self.spec) else 200, headers=headers)


def _texts(request: Request) -> dict[str, Any]:
    """Return the body without its files, several values of one name as a list."""
    body = object_of(request)
    if hasattr(request.data, "getlist"):
        lists = {name: request.data.getlist(name) for name in body}
        body = {name: v if len(v) > 1 else v[0] for name, v in lists.items()}
    return {name: value for name, value in body.items() if name not in request.FILES}


def _is_new(result: Any, target: models.Model) -> bool:
    """Tell whether the verb made a thing that has an address."""
    if not isinstance(result, models.Model) or kind_of(result) not in links.PLACES:
        return False
    return kind_of(result) != kind_of(target) or result.pk != target.pk


def move_urls() -> list[URLPattern]:
    """Return one address a verb and one list of verbs a kind, from the table of verbs.

    Raises:
        ValueError: a verb acts on a kind that no app registered; it could not be reached.
    """
    found = [
        path(f"{acted.word}/<int:id>/moves/", Moves.as_view(kind=kind), name=f"{kind}_moves")
        for kind, acted in ACTED.items()
    ]
    for spec in VERBS.values():
        kind = kind_of(spec.target)
        if spec.target is Court:
            continue
        if kind not in ACTED:
            raise ValueError(f"verb {spec.name} acts on {kind}, which no api registered")
        place = f"{ACTED[kind].word}/<int:id>/moves/{spec.name}/"
        found.append(path(place, Move.as_view(spec=spec), name=f"{kind}_{spec.name}"))
    return found


register_acted(Case, "cases", "案件", "案件办理")
