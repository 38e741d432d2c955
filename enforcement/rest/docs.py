"""The published schema, and a page that shows it: drawn here, nothing is loaded from outside."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enforcement.rest.contract import WORDS
from enforcement.rest.faces import Face
from enforcement.rest.problems import KINDS
from enforcement.rest.reading import read_query


@lru_cache(maxsize=1)
def published() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document; it changes only with the program, so it is made once."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


class Schema(Face):
    """The OpenAPI document, as JSON or, when YAML is accepted first, as YAML."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (OpenApiJsonRenderer2, OpenApiYamlRenderer)
    cache = "public, max-age=300"

    def get(self, request: Request) -> Response:
        """Answer the document."""
        read_query(request, serializers.Serializer)
        return Response(published())


# -- the page ------------------------------------------------------------------------------------


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """Show every operation, in the order of their groups."""
    return render(request, "enforcement/api_docs.html", drawn())


@lru_cache(maxsize=1)
def drawn() -> dict[str, Any]:
    """Return the document as the page draws it."""
    schema = published()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            groups.setdefault(operation["tags"][0], []).append(
                _operation(schema, method.upper(), path, operation)
            )
    problems = [
        {"status": status, "slug": k.slug, "title": k.title, "remedy": k.remedy}
        for status, k in KINDS.items()
    ]
    kinds = [
        {"name": name, "fields": _fields(schema, component)}
        for name, component in sorted(schema["components"]["schemas"].items())
        if component.get("properties")
    ]
    return {"info": schema["info"], "groups": groups, "problems": problems, "kinds": kinds}


def _operation(
    schema: dict[str, Any], method: str, path: str, operation: dict[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [example["value"] for example in body.get("examples", {}).values()]
    parameters = [_resolved(schema, p) for p in operation.get("parameters", [])]
    return {
        "id": operation["operationId"],
        "method": method,
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "public": not operation.get("security"),
        "parameters": [_parameter(p) for p in parameters],
        "body": _fields(schema, body.get("schema", {})),
        "example": examples[0] if examples else None,
        "answers": [_answer(s, a) for s, a in operation["responses"].items() if int(s) < 400],
        "refusals": sorted(int(s) for s in operation["responses"] if int(s) >= 400),
    }


def _resolved(schema: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference points to, or the thing itself."""
    if "$ref" not in of:
        return of
    _, _, group, name = of["$ref"].split("/")
    found: dict[str, Any] = schema["components"][group][name]
    return found


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    places = {"path": "地址", "query": "查询", "header": "请求头"}
    return {
        **_typed(parameter["schema"]),
        "name": parameter["name"],
        "place": places.get(parameter["in"], parameter["in"]),
        "required": parameter.get("required", False),
        "text": parameter.get("description", ""),
    }


def _answer(status: str, answer: dict[str, Any]) -> dict[str, Any]:
    media, kinds = [], []
    for media_type, content in answer.get("content", {}).items():
        media.append(media_type)
        kinds.append(_typed(content["schema"])["kind"])
    return {
        "status": status,
        "words": answer.get("description") or WORDS.get(int(status), ""),
        "media": "、".join(media),
        "kind": kinds[0] if kinds else "",
    }


def _fields(schema: dict[str, Any], of: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of an object, referenced or inline."""
    of = _resolved(schema, of)
    required = of.get("required", [])
    return [
        {
            **_typed(inner),
            "name": name,
            "required": name in required,
            "text": "；".join(filter(None, [inner.get("title"), inner.get("description")])),
        }
        for name, inner in of.get("properties", {}).items()
    ]


def _typed(of: dict[str, Any]) -> dict[str, Any]:
    """Return a schema's type in words, and the component it refers to."""
    for wrapper in ("allOf", "oneOf", "anyOf"):
        refs = [inner for inner in of.get(wrapper, []) if "$ref" in inner]
        if refs:
            return _typed(refs[0])
    if "$ref" in of:
        name = of["$ref"].rpartition("/")[2]
        return {"kind": name, "ref": name, "values": []}
    found = of.get("type", "")
    kind = " 或 ".join(found) if isinstance(found, list) else found
    if found == "array" or (isinstance(found, list) and "array" in found):
        inner = _typed(of.get("items", {}))
        return {**inner, "kind": f"{inner['kind']} 的列表"}
    limits = [f"{word} {of[key]}" for key, word in _LIMITS.items() if key in of]
    return {
        "kind": of.get("format") or kind,
        "ref": "",
        "values": [v for v in of.get("enum", []) if v is not None],
        "limits": "，".join(limits),
    }


_LIMITS = {"maxLength": "最多字数", "minimum": "不小于", "maximum": "不大于", "default": "默认"}
