"""Reading what a request asks: filters, the version it looked at, the key it must not repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, cast

from rest_framework import serializers
from rest_framework.request import Request

from enforcement.errors import Invalid, Refused
from enforcement.middleware import today_of
from enforcement.models import User
from enforcement.rest.problems import Wrong, WrongInput
from enforcement.staff import Who

#: Rows of one page unless asked otherwise, and at most.
SIZE, MOST = 50, 200
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_VERSION = re.compile(r'"(\d{1,9})"', re.ASCII)


def who_asks(request: Request) -> Who:
    """Return the signed-in person and the legal day of the request."""
    return Who(cast(User, request.user), today_of(cast(Any, request)))


class Day(serializers.DateField):
    """A legal day written 2026-11-22, and in no other way."""

    def to_internal_value(self, value: Any) -> date:
        """Return the day.

        Raises:
            ValidationError: another form, or a day that does not exist.
        """
        if not (isinstance(value, str) and DAY.fullmatch(value)):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class Asked(serializers.Serializer):
    """What every list may be asked for; each list adds its filters."""

    limit = serializers.IntegerField(
        default=SIZE, min_value=1, max_value=MOST, help_text=f"每页条数，最多 {MOST}"
    )
    after = serializers.CharField(
        required=False, max_length=400, help_text="取这一位置之后的一页，由 next 给出"
    )
    before = serializers.CharField(
        required=False, max_length=400, help_text="取这一位置之前的一页，由 previous 给出"
    )


def read_query(request: Request, asks: type[serializers.Serializer]) -> dict[str, Any]:
    """Return the checked filters of a request.

    Raises:
        WrongInput: a filter that does not exist, is empty or stands twice; silently left out, it
            would give wrong figures.
        ValidationError: a value that cannot be read.
    """
    form = asks(data=request.query_params)
    if wrong := list(_unclear(request, form.fields)):
        raise WrongInput(wrong)
    form.is_valid(raise_exception=True)
    asked: dict[str, Any] = form.validated_data
    return asked


def _unclear(request: Request, known: Mapping[str, Any]) -> Iterator[Wrong]:
    """Yield what cannot be taken in one way only."""
    for name, values in sorted(request.query_params.lists()):
        if name not in known:
            say = f"没有这个参数；可以用的有：{'、'.join(known) or '无'}。"
            yield Wrong(name[:60], "filter.unknown", say)
        elif len(values) > 1:
            yield Wrong(name, "filter.repeated", "同一参数只能出现一次。")
        elif not values[0]:
            yield Wrong(name, "filter.empty", "请填写值，或者去掉这个参数。")


def etag(version: int) -> str:
    """Return the ETag of a version: the number in quotes."""
    return f'"{version}"'


def version_asked(request: Request) -> int:
    """Return the version of the case that the caller looked at, from ``If-Match``.

    Raises:
        Refused: ``version.required`` (428) without the header.
        Invalid: ``version.unreadable`` for anything but one version in quotes.
    """
    text = request.headers.get("If-Match")
    if text is None:
        raise Refused(
            "version.required",
            '请以 If-Match: "版本" 说明您看到的是哪一版；版本在案件的 version 和应答的 ETag 里。',
            status=428,
        )
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        raise Invalid(
            "version.unreadable", 'If-Match 只写一个版本，放在引号里，例如 "12"。', field="If-Match"
        )
    return int(match[1])


def unchanged(request: Request, version: int) -> bool:
    """Tell whether ``If-None-Match`` names this version (weak comparison, as for any GET)."""
    asked = request.headers.get("If-None-Match", "")
    tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    return "*" in tags or etag(version) in tags
