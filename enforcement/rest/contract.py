"""What the published schema says of each operation, and how OpenAPI 3.1 is made of it.

A view declares its ``operations`` (method → ``Operation``); nothing is guessed from its code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from enforcement.rest.problems import KINDS, MEDIA_TYPE

PREFIX = "/api/v1/"

VERSION_HEADER = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    OpenApiParameter.HEADER,
    required=True,
    description='您看到的案件版本，写在引号里，例如 "12"；与现在的版本不同的，得到 412。',
)
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{8,200}$"},
    OpenApiParameter.HEADER,
    description="同一个键、同一个请求重发时，返回第一次的应答，不再办理；24 小时内有效。",
)
NONE_MATCH_HEADER = OpenApiParameter(
    "If-None-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description="手中的 ETag；没有变化时得到 304。",
)


def etag_header(*statuses: int) -> OpenApiParameter:
    """Return the description of the ETag that answers with these statuses carry."""
    return OpenApiParameter(
        "ETag",
        {"type": "string"},
        OpenApiParameter.HEADER,
        response=list(statuses),
        description="案件的版本，写在引号里；办理下一项时放进 If-Match。",
    )


@dataclass(frozen=True)
class Operation:
    """One operation as the schema publishes it.

    Attributes:
        id: stable operation id, snake case.
        summary: Chinese name; ``description`` says more.
        tag: group in the documentation.
        query: serializer of the query parameters.
        body: serializer or JSON Schema of the request body; ``files`` adds multipart.
        answers: status → serializer, JSON Schema or None for an empty body; a key
            ``(status, media type)`` for files.
        problems: statuses of refusals besides those every operation may give.
        headers: header parameters.
        public: needs no sign-in.
        example: an example of the body.
    """

    id: str
    summary: str
    tag: str
    description: str = ""
    query: type[serializers.Serializer] | None = None
    body: Any = None
    files: bool = False
    answers: Mapping[Any, Any] = field(default_factory=dict)
    problems: Sequence[int] = ()
    headers: Sequence[OpenApiParameter] = ()
    public: bool = False
    example: Any = None

    def refusals(self) -> list[int]:
        """Return every status of refusal the operation may give."""
        common = {400, 429, 503, *self.problems}
        if not self.public:
            common.add(401)
        if self.body is not None:
            common |= {413, 415}
        return sorted(common)


class WrongField(serializers.Serializer):
    """One field that is wrong."""

    field = serializers.CharField(help_text="字段的路径，例如 parties.0.name；空为整个请求")
    code = serializers.CharField(help_text="稳定的代码，供程序判断")
    detail = serializers.CharField(help_text="给人看的一句话")


class Problem(serializers.Serializer):
    """A refusal as problem details (RFC 9457)."""

    type = serializers.CharField(help_text="问题种类的说明页")
    title = serializers.CharField(help_text="问题种类")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="发生了什么、为什么、现在怎么办")
    code = serializers.CharField(help_text="稳定的代码，例如 case.stale")
    errors = WrongField(many=True)  # type: ignore[assignment]


#: An example of each kind of refusal: status → (code, detail).
EXAMPLES = {
    400: ("input.invalid", "填写有误，请逐项更正后重新提交。"),
    401: ("signin.required", "请先登录，或者提交有效的令牌。"),
    403: ("case.not_handler", "您不是本案承办人。需要办理的，请先由执行局长变更承办人。"),
    404: ("case.not_found", "没有找到该案件，或者您无权查看。"),
    409: ("case.state", "当前状态为“中止执行”，不能办理此项。"),
    412: ("case.stale", "本案刚刚有了新的记录（您看到的是第 12 项，现在是第 13 项）。"),
    413: ("body.too_large", "提交的内容过大。"),
    415: ("content.type", "不支持这种内容类型，请提交 application/json。"),
    422: ("idempotency.reused", "这个 Idempotency-Key 已用于另一请求，请换用新的键。"),
    428: ("version.required", '请以 If-Match: "版本" 说明您看到的是哪一版。'),
    429: ("throttled", "请求过于频繁，请在 30 秒后重试。"),
    503: ("unavailable", "系统繁忙，请稍后重试。"),
}


def _refusal(status: int) -> OpenApiResponse:
    kind, (code, detail) = KINDS[status], EXAMPLES[status]
    wrong = [{"field": "on", "code": "date.future", "detail": "日期晚于今天，请核对。"}]
    value = {
        "type": f"{PREFIX}docs/#problem-{kind.slug}",
        "title": kind.title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": wrong if status == 400 else [],
    }
    example = OpenApiExample(kind.slug, value=value, media_type=MEDIA_TYPE)
    return OpenApiResponse(Problem, description=kind.title, examples=[example])


class Contract(AutoSchema):
    """Reads a view's declared operations."""

    @property
    def op(self) -> Operation:
        """Return the declared operation of the method at hand."""
        operation: Operation = cast(Any, self.view).operations[self.method]
        return operation

    def get_operation_id(self) -> str:
        """Return the declared id."""
        return self.op.id

    def get_summary(self) -> str:
        """Return the Chinese name."""
        return self.op.summary

    def get_description(self) -> str:  # type: ignore[override]
        """Return what the summary leaves out."""
        return self.op.description

    def get_tags(self) -> list[str]:
        """Return the group."""
        return [self.op.tag]

    def get_override_parameters(self) -> list[Any]:
        """Return query parameters and headers."""
        query = [self.op.query] if self.op.query else []
        return [*query, *self.op.headers]

    def get_request_serializer(self) -> Any:
        """Return the body by media type."""
        body = self.op.body
        if body is None:
            return None
        return {
            "application/json": body,
            **({"multipart/form-data": body} if self.op.files else {}),
        }

    def get_response_serializers(self) -> Any:
        """Return the answers, refusals included."""
        answers: dict[Any, Any] = {
            key: _described(key, answer) for key, answer in self.op.answers.items()
        }
        return answers | {(status, MEDIA_TYPE): _refusal(status) for status in self.op.refusals()}

    def get_examples(self) -> list[OpenApiExample]:
        """Return the example of the body."""
        if self.op.example is None:
            return []
        return [OpenApiExample("example", value=self.op.example, request_only=True)]

    def get_auth(self) -> Any:
        """Return how to sign in; nothing for a public operation."""
        return [] if self.op.public else super().get_auth()

    def _get_request_body(self, direction: Any = "request") -> Any:
        """Return the body; an operation without one documents none, whatever its method."""
        if self.op.body is None:
            return None
        body = super()._get_request_body(direction)
        if isinstance(self.op.body, dict) and self.op.body.get("required"):
            body["required"] = True
        return body


WORDS = {200: "完成", 201: "已新建", 204: "完成，没有内容", 304: "没有变化"}


def _described(key: Any, answer: Any) -> OpenApiResponse:
    status = key[0] if isinstance(key, tuple) else key
    return OpenApiResponse(answer, description=WORDS[status])


class TokenScheme(OpenApiAuthenticationExtension):
    """Describes the token to OpenAPI."""

    target_class = "enforcement.rest.tokens.TokenSignIn"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "POST /api/v1/token/ 或 manage.py make_token 得到的令牌。",
        }


# -- hooks named in the settings -----------------------------------------------------------------


def only_ours(endpoints: list[Any], **_: Any) -> list[Any]:
    """Keep the operations that views declare."""
    return [
        (path, regex, method, callback)
        for path, regex, method, callback in endpoints
        if path.startswith(PREFIX) and method in callback.cls.operations_of(callback)
    ]


def finish(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say once what stands at every operation, and that numbers in addresses are positive."""
    components = result["components"]
    refusals = components.setdefault("responses", {})
    headers = components.setdefault("parameters", {})
    for item in result["paths"].values():
        for operation in item.values():
            _share_refusals(operation["responses"], refusals)
            shared = [_shared(p, headers) for p in operation.get("parameters", [])]
            if shared:
                operation["parameters"] = shared
    return result


def _share_refusals(answers: dict[str, Any], kept: dict[str, Any]) -> None:
    for status, answer in answers.items():
        if MEDIA_TYPE in answer.get("content", {}):
            kept[f"Problem{status}"] = answer
            answers[status] = {"$ref": f"#/components/responses/Problem{status}"}


def _shared(parameter: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    if parameter["in"] == "path" and parameter["schema"].get("type") == "integer":
        parameter["schema"] |= {"minimum": 1, "maximum": 2**63 - 1}
    if parameter["in"] != "header":
        return parameter
    kept[parameter["name"]] = parameter
    return {"$ref": f"#/components/parameters/{parameter['name']}"}
