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


class FilesAway(Refused):
    """The store of files does not answer, or refuses us (HTTP 503); nothing was recorded."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "files.away",
            "附件存储暂时没有应答，刚才的操作没有办成，也没有记录。请过几分钟再试；"
            "一直不行的，请联系系统管理员。",
        )
