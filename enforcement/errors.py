"""Refusals: what the system answers when it will not do what was asked."""

from __future__ import annotations


class Refused(Exception):
    """A verb, form or look-up refused, with a stable code and a Chinese sentence.

    Attributes:
        code: dotted, stable, for programs (for example ``case.stale``).
        message: one Chinese sentence for the person in front of the screen: what happened,
            why, and what to do now.
        status: the HTTP status the faces answer with.
        field: the input field that is wrong, when it is one field.
    """

    status = 409

    def __init__(
        self, code: str, message: str, *, status: int | None = None, field: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        if status is not None:
            self.status = status


class Invalid(Refused):
    """The input itself is wrong (HTTP 400)."""

    status = 400


class Forbidden(Refused):
    """The person may see the thing but may not do this (HTTP 403)."""

    status = 403


class NotFound(Refused):
    """Not there, or not yours: one answer for both (HTTP 404)."""

    status = 404

    def __init__(
        self, code: str = "not_found", message: str = "没有找到，或者您无权查看。"
    ) -> None:
        super().__init__(code, message)


class Stale(Refused):
    """The thing changed since it was read (HTTP 412)."""

    status = 412
