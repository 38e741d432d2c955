"""Tiny typed readers for environment variables: the only source of settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


class BadSetting(RuntimeError):
    """An environment variable holds something its reader cannot use."""


def env_str(name: str, default: str = "") -> str:
    """Return the variable as text, or the default when unset or empty."""
    return os.environ.get(name) or default


def env_bool(name: str, default: bool = False) -> bool:
    """Read 1/0, true/false, yes/no, on/off (any case).

    Raises:
        BadSetting: for any other text.
    """
    raw = os.environ.get(name, "").strip().lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name}={raw!r}: expected 1/0, true/false, yes/no or on/off")


def env_int(name: str, default: int) -> int:
    """Read a whole number.

    Raises:
        BadSetting: when the text is not a whole number.
    """
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        return int(raw)
    except ValueError as error:
        raise BadSetting(f"{name}={raw!r}: expected a whole number") from error


def env_list(name: str, default: list[str] | None = None) -> list[str]:
    """Read a comma-separated list; blanks are dropped."""
    raw = os.environ.get(name, "")
    return [part.strip() for part in raw.split(",") if part.strip()] or list(default or [])


def env_secret(name: str) -> str:
    """Read a secret from NAME, or from the file that NAME_FILE points to.

    Raises:
        BadSetting: when NAME_FILE is set and cannot be read.
    """
    direct = os.environ.get(name)
    if direct:
        return direct
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name}_FILE={path!r} cannot be read: {error}") from error


def env_secrets(name: str) -> list[str]:
    """Read several secrets separated by commas or lines, from NAME or the file NAME_FILE."""
    return [part.strip() for part in env_secret(name).replace("\n", ",").split(",") if part.strip()]


def database_from_url(url: str) -> dict[str, Any]:
    """Turn postgres://user:pw@host:port/name?option=value into a Django DATABASES entry.

    A `host` option (a socket folder) wins over the host in the address.

    Raises:
        BadSetting: for another scheme (PostgreSQL is the only database) or a missing name.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting(f"DATABASE_URL: {parts.scheme!r} is not supported, only postgres://")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise BadSetting("DATABASE_URL: the database name is missing")
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = options.pop("host", "") or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or "postgres"),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }
