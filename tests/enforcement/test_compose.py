"""docker-compose.yml and Dockerfile: complete, in step with the settings, without secrets."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Return the compose file as data."""
    data: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return data


def example() -> dict[str, str]:
    """Return the variables of .env.example."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def test_every_part_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {
        "db", "redis", "setup", "web", "worker", "beat", "proxy",
    }  # fmt: skip


def test_what_a_service_names_is_defined(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        for volume in service.get("volumes", ()):
            assert volume.split(":")[0] in compose["volumes"]
        for config in service.get("configs", ()):
            assert config["source"] in compose["configs"]


def test_only_the_proxy_can_be_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, s in compose["services"].items() if "ports" in s] == ["proxy"]


def test_services_wait_for_what_they_need(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["setup"] == {
            "condition": "service_completed_successfully"
        }
    for service in services.values():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                builds = "build" in services[other]
                assert builds or "healthcheck" in services[other]


def test_every_variable_asked_for_is_in_the_example(compose: dict[str, Any]) -> None:
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE.read_text(encoding="utf-8")))
    assert asked == set(example())


def test_the_settings_read_what_the_services_are_given(compose: dict[str, Any]) -> None:
    code = (ROOT / "enforcement/settings.py").read_text(encoding="utf-8")
    for name in compose["services"]["web"]["environment"]:
        assert f'"{name}"' in code


def test_the_example_holds_no_secret_and_the_file_demands_them(compose: dict[str, Any]) -> None:
    for name in ("POSTGRES_PASSWORD", "SECRET_KEY", "DATA_KEY", "INDEX_KEY", "DIGEST_KEY"):
        assert example()[name] == ""
        assert f"${{{name}:?" in COMPOSE.read_text(encoding="utf-8")


def test_commands_of_the_set_up_exist(compose: dict[str, Any]) -> None:
    script = compose["services"]["setup"]["command"][-1]
    named = set(re.findall(r"manage\.py (\w+)", script)) - {"migrate"}
    files = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    assert named <= files


def test_the_image_is_hash_locked_and_not_root() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.txt" in text
    assert re.search(r"^USER (?!root)\w+", text, re.M)


def test_compose_itself_accepts_the_file_where_it_is_installed(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    docker = shutil.which("docker") or "docker"
    asked = [docker, "compose", "version"] if shutil.which("docker") else ["false"]
    if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
        filled = tmp_path / "filled"
        filled.write_text("\n".join(f"{name}={value or 'x'}" for name, value in example().items()))
        command = [docker, "compose", "--env-file", str(filled), "config", "--quiet"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    else:  # without Compose: what its schema says of commands
        assert all(isinstance(s.get("command", []), list) for s in compose["services"].values())
