"""Reading bodies strictly: what another program could read differently is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from enforcement.rest.problems import Wrong, WrongInput

#: Longest JSON body in bytes; files travel as multipart.
MOST = 1024 * 1024


class StrictJson(BaseParser):
    """JSON in UTF-8: exact decimals, no NaN, no name twice, no character that cannot be kept."""

    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body.

        Raises:
            ParseError: not JSON, or not to be read in one way only.
            RequestDataTooBig: longer than 1 MB.
        """
        raw = stream.read(MOST + 1)
        if len(raw) > MOST:
            raise RequestDataTooBig
        try:
            value = json.loads(
                raw.decode("utf-8"),
                parse_float=Decimal,
                parse_constant=_no_constant,
                object_pairs_hook=_once_each,
            )
            check_texts(value)
        except RecursionError:
            raise ParseError("JSON 嵌套过深。") from None
        except (ValueError, ArithmeticError):
            raise ParseError("请求内容不是有效的 UTF-8 JSON（每个名称只能出现一次）。") from None
        return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def check_texts(value: Any) -> None:
    """Refuse characters that no database keeps: NUL, and halves of surrogate pairs.

    Raises:
        ValueError: one was found.
    """
    match value:
        case str():
            if "\0" in value:
                raise ValueError("NUL")
            value.encode("utf-8")
        case Mapping():
            for name, inner in value.items():
                check_texts(name)
                check_texts(inner)
        case list():
            for inner in value:
                check_texts(inner)


def object_of(request: Request) -> dict[str, Any]:
    """Return the body as an object; no body at all is an empty one.

    Raises:
        WrongInput: the body is a list, a text or a number.
    """
    data = request.data
    if isinstance(data, Mapping):
        return {name: data[name] for name in data}
    raise WrongInput([Wrong("", "input.object", "请求内容应为 JSON 对象。")])
