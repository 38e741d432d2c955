"""Logs: one JSON line an event, with the ids of request and task, and never personal data.

Known to nobody but ``LOGGING`` and the web server's own log configuration; no Django in it. What
could carry data of a person is left out by construction (addresses, what a form held, the texts of
errors that quote values); a mask over numbers and tokens is the second line.
"""

from __future__ import annotations

import logging
import os
import re
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

Line = MutableMapping[str, Any]

#: Kept as they are: our own ids, which may look like a number.
IDS = frozenset({"request_id", "task_id", "time", "level", "logger"})
#: Errors whose text names code, files or servers; that of any other may quote a value.
PLAIN = (
    AttributeError,
    ImportError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
)
#: The same, by name: their modules are not imported here.
PLAIN_NAMES = frozenset({"ConnectionError", "TimeoutError", "OperationalError", "InterfaceError"})
_MASKS = (
    (re.compile(r"ect_[a-z2-7]{10}_[\w-]+|(?i:bearer|basic) [\w.=+/-]{8,}"), "[token]"),
    (re.compile(r"://[^/\s@]*@"), "://[…]@"),
    (re.compile(r"\?[^\s\"'?]*=[^\s\"']*"), "?[…]"),
    (re.compile(r"(?<![\w.])\d{11,19}[\dXx]?(?![\w.])"), "[number]"),
)


def masked(text: str) -> str:
    """Return a text without tokens, passwords, queries of addresses and numbers of persons."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def told(error: BaseException) -> str:
    """Return an error as the log may say it: type and cause, values left out."""
    name = type(error).__name__
    code = getattr(error, "code", "") or getattr(error, "sqlstate", "")
    diag = getattr(error, "diag", None)
    places = [getattr(diag, part, None) for part in ("table_name", "constraint_name")]
    parts = [str(code) if isinstance(code, str) else "", *(p for p in places if p)]
    if not any(parts) and (isinstance(error, PLAIN) or name in PLAIN_NAMES):
        parts = [str(error).split("\n")[0][:300]]
    said = " ".join(filter(None, parts))
    return f"{name}: {said}" if said else name


def trace_of(error: BaseException) -> list[str]:
    """Return error and causes, each followed by where it went through."""
    lines: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        frames = traceback.extract_tb(at.__traceback__)
        lines += [told(at), *(f"  {f.filename}:{f.lineno} {f.name}" for f in frames)]
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return lines


# -- processors --------------------------------------------------------------------------------


def _error(_logger: Any, _name: str, line: Line) -> Line:
    """Put the error in as told here, instead of as Python would print it."""
    found = line.pop("exc_info", None)
    if found is True:
        import sys

        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["error"], line["trace"] = told(error), trace_of(error)
    return line


def _foreign(_logger: Any, _name: str, line: Line) -> Line:
    """Take out of other parts' records what they quote: addresses, results, texts of errors."""
    record: logging.LogRecord | None = line.get("_record")
    if record is None:
        return line
    data = getattr(record, "data", None)  # of Celery: arguments, results, texts of errors
    if getattr(record, "request", None) is not None:  # of Django: the address that was typed
        line["event"] = f"answered {getattr(record, 'status_code', '')}".strip()
    elif isinstance(data, dict) and ("return_value" in data or "description" in data):
        line["event"] = f"task {data.get('description', 'succeeded')}"
    return line


def _mask(_logger: Any, _name: str, line: Line) -> Line:
    for key, value in line.items():
        if isinstance(value, str) and key not in IDS:
            line[key] = masked(value)
        elif isinstance(value, list):
            line[key] = [masked(v) if isinstance(v, str) else v for v in value]
    return line


def _named(_logger: Any, _name: str, line: Line) -> Line:
    line["pid"] = os.getpid()
    line["event"] = str(line.get("event", ""))
    return line


_SHARED: tuple[Callable[..., Any], ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
)
structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def formatter() -> logging.Formatter:
    """Return the formatter of every handler, for records of structlog and of anybody else."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, _foreign],
        processors=[
            _error,
            _named,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _mask,
            structlog.processors.JSONRenderer(
                ensure_ascii=False, default=lambda value: type(value).__name__
            ),
        ],
    )


def begin(**ids: str) -> None:
    """Let every line of this process carry these ids from now on."""
    structlog.contextvars.bind_contextvars(**ids)


def logger(name: str) -> Any:
    """Return a logger whose keyword arguments become fields of the line."""
    return structlog.stdlib.get_logger(name)
