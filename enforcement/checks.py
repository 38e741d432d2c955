"""System checks with numbered ids: wrong combinations of settings stop the start.

Each has one number for good. Errors (E) stop every command; warnings (W) are only shown.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from enforcement import checks_places as places
from enforcement.env import env_secret
from enforcement.frame import DEMO_ACCOUNTS

#: Names of this machine alone; the last one is Django's in tests, no resolver knows it.
OWN_NAMES = frozenset({"localhost", "testserver"})
#: Endings of names that only a local network answers to.
LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".test", ".example", ".lan")
#: Message brokers whose guarantees the tasks are written for.
BROKERS = frozenset({"redis", "rediss", "redis+socket", "amqp", "amqps"})
KEY_NAMES = ("SECRET_KEY", "DATA_KEY", "INDEX_KEY")
#: Words that examples and tutorials leave in a secret.
PLACEHOLDERS = ("insecure", "change", "secret-key-here", "example")
#: The same in any key: those of our own tests, too.
KNOWN = (*PLACEHOLDERS, "tests-only", "password")
#: A key with fewer different characters was typed, not made.
FEW_LETTERS = 12


def is_public(host: str) -> bool:
    """Tell whether a name in ALLOWED_HOSTS can be reached from beyond the local network."""
    name = host.strip("[]").lstrip(".").lower()
    try:
        return not ipaddress.ip_address(name).is_private
    except ValueError:
        return "*" in name or ("." in name and not f".{name}".endswith(LOCAL_ENDINGS))


def is_own(host: str) -> bool:
    """Tell whether a name in ALLOWED_HOSTS is this machine's alone: nobody else can type it."""
    name = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name in OWN_NAMES or name.endswith(".localhost")


def others_hosts() -> list[str]:
    """Return the names by which other machines could reach this one, inside the court too."""
    return [host for host in settings.ALLOWED_HOSTS if not is_own(host)]


def public_hosts() -> list[str]:
    """Return the names by which the public could reach this system."""
    return [host for host in settings.ALLOWED_HOSTS if is_public(host)]


@register("enforcement")
def settings_fit_together(**_: Any) -> list[CheckMessage]:
    """Return what is wrong with the settings as a whole."""
    return [
        *_exposure(),
        *_leftovers(),
        *_pooler(),
        *_doors(),
        *_keys(),
        *_default_keys(),
        *_parts(),
        *places.replica(),
        *places.files(),
        *_watching(),
    ]


def _exposure() -> Iterator[CheckMessage]:
    """Look for conveniences of one's own machine that would be open to the public."""
    hosts, others = ", ".join(public_hosts()), ", ".join(others_hosts())
    if settings.DEBUG and (others or settings.HTTPS):
        yield Error(
            f"DEBUG is on while others can reach {others or 'HTTPS'}: error pages would show data.",
            hint="Unset DEBUG, or keep ALLOWED_HOSTS to this machine.",
            id="enforcement.E001",
        )
    if settings.DEMO and (hosts or settings.HTTPS):
        yield Error(
            "DEMO is on for a public address: its passwords are printed for everyone.",
            hint="Unset DEMO; people are added by the court administrator.",
            id="enforcement.E005",
        )
    if "*" in settings.ALLOWED_HOSTS and not settings.DEBUG:
        yield Error(
            "ALLOWED_HOSTS is '*': links in letters could be made to point anywhere.",
            hint="Name the hosts people type, separated by commas.",
            id="enforcement.E008",
        )
    if settings.TESTING and others:
        yield Error(
            f"TESTING is on while others can reach {others}: passwords would be stored weakly.",
            hint="Unset TESTING; only the tests set it.",
            id="enforcement.E010",
        )
    if hosts and not settings.HTTPS:
        yield Caution(
            f"HTTPS is off while the public can reach {hosts}: passwords travel in the clear.",
            hint="Set HTTPS=1 (and BEHIND_PROXY=1 when a proxy ends the encryption).",
            id="enforcement.W001",
        )


def _pooler() -> Iterator[CheckMessage]:
    """Look whether the pooler is one that this system knows how to live behind."""
    if settings.DATABASE_POOLER not in {"", "transaction"}:
        yield Error(
            f"DATABASE_POOLER is {settings.DATABASE_POOLER!r}: only 'transaction' is known.",
            hint="Set DATABASE_POOLER=transaction and pool_mode=transaction, or leave it out.",
            id="enforcement.E033",
        )


def _doors() -> Iterator[CheckMessage]:
    """Look at how people sign in."""
    hosts = ", ".join(public_hosts())
    if hosts and not settings.MFA_REQUIRED:
        yield Caution(
            f"MFA_REQUIRED is off while the public can reach {hosts}: a stolen password opens"
            " the supervising and administering posts.",
            hint="Unset MFA_REQUIRED; it is on outside the demo.",
            id="enforcement.W002",
        )
    alone = settings.DEMO or settings.TESTING
    if settings.OIDC_URL and not settings.OIDC_URL.startswith("https://") and not alone:
        yield Error(
            "OIDC_URL is not https: who signs in there could be anybody.",
            hint="Give the https address of the identity provider.",
            id="enforcement.E023",
        )


def _leftovers() -> Iterator[CheckMessage]:
    """Look for what a demo or a careless setting leaves where real people work."""
    accounts = Path(settings.VAR_DIR) / DEMO_ACCOUNTS
    if accounts.exists() and not (settings.DEMO or settings.TESTING):
        serious = others_hosts() or settings.HTTPS
        yield (Error if serious else Caution)(
            f"{accounts} is there: the demo ran on this data, its people and passwords with it.",
            hint="Give the real system a database and a VAR_DIR of its own.",
            id="enforcement.E011" if serious else "enforcement.W003",
        )
    loose = [
        origin
        for origin in settings.CSRF_TRUSTED_ORIGINS
        if "*" in origin or (settings.HTTPS and not origin.startswith("https://"))
    ]
    if loose:
        yield Error(
            f"CSRF_TRUSTED_ORIGINS lets others send forms: {', '.join(loose)}.",
            hint="Name each origin in full, with https://, or leave it empty.",
            id="enforcement.E013",
        )


def _default_keys() -> Iterator[CheckMessage]:
    """Look for keys that everybody knows: of examples, of the tests, or one letter repeated."""
    if settings.TESTING or settings.DEMO:
        return
    given = {
        "SECRET_KEY": settings.SECRET_KEY,
        "INDEX_KEY": settings.INDEX_KEY,
        "DIGEST_KEY": settings.DIGEST_KEY,
        **{f"DATA_KEY {n}": key for n, key in enumerate(settings.DATA_KEYS, 1)},
    }
    known = [
        name
        for name, key in given.items()
        if len(set(key)) < FEW_LETTERS or any(word in key.lower() for word in KNOWN)
    ]
    short = [] if len(settings.INDEX_KEY) >= 32 else ["INDEX_KEY (shorter than 32 characters)"]
    if known or short:
        yield Error(
            f"Keys that could be guessed: {', '.join([*known, *short])}.",
            hint='python3 -c "import secrets; print(secrets.token_urlsafe(48))", one for each.',
            id="enforcement.E012",
        )


def _keys() -> Iterator[CheckMessage]:
    """Look at the secrets: long enough, not a placeholder, not made up per machine."""
    secret = settings.SECRET_KEY
    if len(secret) < 50 or any(word in secret.lower() for word in PLACEHOLDERS):
        yield Error(
            "SECRET_KEY is short or a placeholder: sessions could be forged.",
            hint='python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
            id="enforcement.E002",
        )
    missing = [name for name in KEY_NAMES if not env_secret(name)]
    alone = settings.EMBEDDED_DATABASE or settings.DEMO or settings.TESTING
    if missing and not alone:
        yield Error(
            f"{', '.join(missing)} not given: a second machine would make other keys, and"
            " personal data written by one could not be read by the other.",
            hint="Set them (or NAME_FILE) alike on every machine; var/keys may hold the first.",
            id="enforcement.E003",
        )
    newest = settings.DATA_KEYS[0] if settings.DATA_KEYS else ""
    if len(newest) < 32 or newest in {secret, settings.INDEX_KEY}:
        yield Error(
            "DATA_KEY is missing, shorter than 32 characters, or used for something else too.",
            hint="Give DATA_KEY, INDEX_KEY and SECRET_KEY three different long random values.",
            id="enforcement.E009",
        )


def _parts() -> Iterator[CheckMessage]:
    """Look at the parts the system is built on: zone, database, message broker."""
    if settings.TIME_ZONE != "Asia/Shanghai" or not settings.USE_TZ:
        yield Error(
            f"TIME_ZONE is {settings.TIME_ZONE!r}: the legal day is that of Asia/Shanghai.",
            hint="Leave TIME_ZONE and USE_TZ as they are shipped.",
            id="enforcement.E004",
        )
    scheme = urlsplit(settings.CELERY_BROKER_URL).scheme
    if scheme not in BROKERS:
        yield Error(
            f"The message broker {scheme!r} is not supported.",
            hint=f"BROKER_URL (or REDIS_URL) with one of: {', '.join(sorted(BROKERS))}.",
            id="enforcement.E006",
        )
    engine = str(settings.DATABASES["default"]["ENGINE"])
    if not engine.endswith(".postgresql"):
        yield Error(
            f"The database engine is {engine!r}: triggers and locks need PostgreSQL.",
            hint="DATABASE_URL=postgres://user:password@host:5432/name",
            id="enforcement.E007",
        )


def _watching() -> Iterator[CheckMessage]:
    """Look who may read /metrics: figures tell much about a court."""
    token = settings.METRICS_TOKEN
    if token and len(token) < 32:
        yield Error(
            "METRICS_TOKEN is shorter than 32 characters: it could be guessed.",
            hint='python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
            id="enforcement.E020",
        )
    try:
        networks = [ipaddress.ip_network(net, strict=False) for net in settings.METRICS_ALLOW]
    except ValueError as error:
        yield Error(
            f"METRICS_ALLOW: {error}.",
            hint="Addresses or networks, for example 10.1.2.3 or 10.1.2.0/24.",
            id="enforcement.E021",
        )
        return
    wide = [str(net) for net in networks if not net.is_private]
    if wide and not settings.DEMO:
        yield Error(
            f"METRICS_ALLOW opens /metrics to the public: {', '.join(wide)}.",
            hint="Name the network of the monitoring alone, or give METRICS_TOKEN instead.",
            id="enforcement.E022",
        )
