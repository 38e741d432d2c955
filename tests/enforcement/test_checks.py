"""Numbered system checks: each wrong combination is refused, each right one passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.test import override_settings

from enforcement.checks import is_own, is_public, settings_fit_together

OPEN = ["court.gov.cn"]
LONG = "k" * 60
MADE = "Zr8_vQ2mX-tB6yLw0KfJd4HsPaE7gNcU1oRi9TzWq3V5xYbM"
#: Keys as somebody who follows the instructions gives them.
KEYS = {
    "SECRET_KEY": MADE + "a1",
    "INDEX_KEY": MADE + "b2",
    "DATA_KEYS": [MADE + "c3"],
    "DIGEST_KEY": MADE + "d4",
}


def with_replica(address: str = "two/court") -> dict[str, Any]:
    """Return the settings of a primary and a replica."""
    return {"DATABASE_URL": "postgres://one/court", "REPLICA_URL": f"postgres://{address}"}


NO_KEYS = {"access_key": "", "secret_key": ""}


def with_files(bucket: str = "files", **other: str) -> dict[str, Any]:
    """Return the settings of a store of files, changed as wanted."""
    given = {"access_key": "a", "secret_key": "b", "region": "", "prefix": ""}
    given |= {"endpoint": "https://s3.court" if bucket else ""}
    return {"FILES_S3_BUCKET": bucket, "FILES_S3": given | other}


def found() -> set[str]:
    """Return the ids of what the checks find now, without the app's prefix."""
    return {str(message.id).removeprefix("enforcement.") for message in settings_fit_together()}


def test_the_shipped_settings_pass() -> None:
    assert found() == set()


def test_the_checks_run_with_every_command() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "SECRET_KEY", "short")
        assert "enforcement.E002" in {message.id for message in run_checks()}


@pytest.mark.parametrize(
    ("number", "wrong", "right"),
    [
        ("E001", {"DEBUG": True, "ALLOWED_HOSTS": OPEN}, {"DEBUG": True}),
        ("E002", {"SECRET_KEY": "short"}, {"SECRET_KEY": LONG}),
        ("E002", {"SECRET_KEY": "django-insecure-" + LONG}, {"SECRET_KEY": LONG}),
        ("E004", {"TIME_ZONE": "UTC"}, {"TIME_ZONE": "Asia/Shanghai"}),
        ("E004", {"USE_TZ": False}, {"USE_TZ": True}),
        ("E005", {"DEMO": True, "HTTPS": True}, {"DEMO": True}),
        ("E005", {"DEMO": True, "ALLOWED_HOSTS": OPEN}, {"ALLOWED_HOSTS": OPEN, "HTTPS": True}),
        ("E006", {"CELERY_BROKER_URL": "memory://"}, {"CELERY_BROKER_URL": "amqp://mq"}),
        ("E006", {"CELERY_BROKER_URL": "sqs://"}, {"CELERY_BROKER_URL": "redis+socket:///r"}),
        ("E008", {"ALLOWED_HOSTS": ["*"]}, {"ALLOWED_HOSTS": ["localhost"]}),
        ("E009", {"DATA_KEYS": []}, {"DATA_KEYS": [LONG]}),
        ("E009", {"DATA_KEYS": ["short"]}, {"DATA_KEYS": [LONG, "short-and-old"]}),
        ("E009", {"DATA_KEYS": [LONG], "INDEX_KEY": LONG}, {"DATA_KEYS": [LONG]}),
        ("E010", {"TESTING": True, "ALLOWED_HOSTS": OPEN}, {"TESTING": True}),
        ("E001", {"DEBUG": True, "HTTPS": True}, {"DEBUG": True}),
        ("E001", {"DEBUG": True, "ALLOWED_HOSTS": ["10.8.0.5"]}, {"DEBUG": True}),
        ("E001", {"DEBUG": True, "ALLOWED_HOSTS": ["*"]}, {"DEBUG": True}),
        ("E010", {"TESTING": True, "ALLOWED_HOSTS": ["zhixing.court.internal"]}, {"TESTING": True}),
        ("E012", {"DIGEST_KEY": f"tests-only-{MADE}"}, {"DIGEST_KEY": MADE}),
        ("E012", {"SECRET_KEY": "x" * 60}, {"SECRET_KEY": MADE}),
        ("E012", {"SECRET_KEY": f"tests-only-{MADE}"}, {"SECRET_KEY": MADE}),
        ("E012", {"INDEX_KEY": "changeme" + MADE}, {"INDEX_KEY": MADE}),
        ("E012", {"INDEX_KEY": MADE[:31]}, {"INDEX_KEY": MADE}),
        ("E012", {"DATA_KEYS": [MADE, "example-" + MADE]}, {"DATA_KEYS": [MADE, MADE[::-1]]}),
        ("E013", {"CSRF_TRUSTED_ORIGINS": ["https://*.gov.cn"]}, {"CSRF_TRUSTED_ORIGINS": []}),
        (
            "E013",
            {"CSRF_TRUSTED_ORIGINS": ["http://a.gov.cn"], "HTTPS": True},
            {"CSRF_TRUSTED_ORIGINS": ["https://a.gov.cn"], "HTTPS": True},
        ),
        ("W001", {"ALLOWED_HOSTS": OPEN}, {"ALLOWED_HOSTS": OPEN, "HTTPS": True}),
        ("W002", {"ALLOWED_HOSTS": OPEN}, {"ALLOWED_HOSTS": OPEN, "MFA_REQUIRED": True}),
        (
            "E023",
            {"TESTING": False, "OIDC_URL": "http://id.court"},
            {"TESTING": False, "OIDC_URL": "https://id.court"},
        ),
        ("E030", with_replica("one/court"), with_replica()),
        ("E031", with_replica("two/other"), with_replica()),
        ("E032", {**with_replica(), "REPLICA_MAX_LAG": 0}, with_replica()),
        ("E040", with_files("", endpoint="https://s3.court"), with_files("", **NO_KEYS)),
        ("E041", with_files(secret_key=""), with_files()),
        ("E041", with_files(**NO_KEYS), with_files(endpoint="")),
        ("E042", with_files(endpoint="s3.court:9000"), with_files()),
        ("W004", with_files(endpoint="http://s3.court"), with_files()),
    ],
)
def test_a_wrong_combination_has_its_number_and_the_right_one_has_none(
    number: str, wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    with override_settings(**{"TESTING": False, **KEYS, **wrong}):
        assert number in found()
    with override_settings(**{"TESTING": False, **KEYS, **right}):
        assert number not in found()


def test_the_demo_leaves_its_people_behind(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.TESTING = tmp_path, False
    for name, value in KEYS.items():
        setattr(settings, name, value)
    assert not {"E011", "W003"} & found()
    (tmp_path / "demo_accounts.json").write_text("[]")
    assert "W003" in found()
    settings.ALLOWED_HOSTS, settings.HTTPS = OPEN, True
    assert "E011" in found()
    settings.ALLOWED_HOSTS, settings.HTTPS = ["10.8.0.5"], False  # the court's own network
    assert "E011" in found()
    settings.ALLOWED_HOSTS, settings.HTTPS, settings.DEMO = ["localhost"], False, True
    assert not {"E011", "W003"} & found()


def test_another_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "E007" not in found()
    engine = "django.db.backends.sqlite3"
    monkeypatch.setitem(django_settings.DATABASES["default"], "ENGINE", engine)
    assert "E007" in found()


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATA_KEY", "INDEX_KEY"])
def test_keys_made_on_this_machine_do_not_go_with_a_database_elsewhere(
    name: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TESTING = settings.EMBEDDED_DATABASE = False
    assert "E003" not in found()
    monkeypatch.delenv(name)
    (message,) = [m for m in settings_fit_together() if m.id == "enforcement.E003"]
    assert name in message.msg
    settings.DEMO = True  # one machine, for a day
    assert "E003" not in found()
    settings.DEMO, settings.EMBEDDED_DATABASE = False, True
    assert "E003" not in found()


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("localhost", False),
        ("127.0.0.1", False),
        ("[::1]", False),
        ("192.168.1.20", False),
        ("zhixing.court.internal", False),
        ("webserver", False),
        ("8.8.8.8", True),
        ("court.gov.cn", True),
        (".court.gov.cn", True),
        ("*", True),
    ],
)
def test_public_names_are_told_from_local_ones(host: str, public: bool) -> None:
    assert is_public(host) is public


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("demo.localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("[::1]", True),
        ("192.168.1.20", False),
        ("webserver", False),
        ("localhost.court.gov.cn", False),
        ("*", False),
        (".localhost.cn", False),
    ],
)
def test_names_of_this_machine_are_told_from_those_others_can_reach(host: str, own: bool) -> None:
    assert is_own(host) is own


def test_every_finding_says_what_to_do(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECRET_KEY = "short"
    settings.DATA_KEYS = []
    messages = settings_fit_together()
    assert len(messages) >= 4
    assert all(message.hint for message in messages)


def test_files_left_on_the_disk_are_told_of_when_there_is_a_store(tmp_path: Path) -> None:
    with override_settings(MEDIA_ROOT=tmp_path, **with_files()):
        assert "W005" not in found()
        (tmp_path / "attachments").mkdir()
        (tmp_path / "attachments" / "x.txt").touch()
        assert "W005" in found()
