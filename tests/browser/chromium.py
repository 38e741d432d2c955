"""Where the browser of the tests is: CHROMIUM, the system's, or Playwright's own.

``python tests/browser/chromium.py`` prints its path; ``--install`` first sees to one: Debian's
packages as root, Playwright's build otherwise. Without a browser it fails; nothing is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

#: Names under which systems install it.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: Where macOS keeps it.
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


class NoBrowser(RuntimeError):
    """There is no browser, and none could be installed; the message says what to do."""


def find() -> Path | None:
    """Return the browser's program, or None."""
    given = os.environ.get("CHROMIUM")
    if given:
        return Path(given)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return MAC if MAC.exists() else playwrights_own()


def playwrights_own() -> Path | None:
    """Return the browser that ``playwright install chromium`` has put into its folder."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        path = Path(driver.chromium.executable_path)
    return path if path.exists() else None


def chromium() -> Path:
    """Return the browser's program.

    Raises:
        NoBrowser: when there is none.
    """
    found = find()
    if found is None or not found.exists():
        raise NoBrowser(
            "No Chromium for the browser tests. Run `make browser`, or install Chromium or Chrome,"
            " or set CHROMIUM=/path/to/it. Nothing is skipped."
        )
    return found


def has_chinese_font() -> bool:
    """Tell whether the system can draw Chinese text (no way to ask: assume so)."""
    program = shutil.which("fc-list")
    if program is None:
        return sys.platform == "darwin"
    done = subprocess.run([program, ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


def install() -> None:
    """Install what is missing: as root on Debian by apt-get, else Playwright's build."""
    apt = shutil.which("apt-get") if os.geteuid() == 0 else None
    wanted = [] if find() else ["chromium"]
    if apt and not has_chinese_font():
        wanted.append("fonts-noto-cjk")
    if not wanted:
        return
    if apt and _apt(apt, wanted):
        return
    if "chromium" in wanted:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, check=False)


def _apt(program: str, packages: list[str]) -> bool:
    """Install Debian packages without questions; tell whether that worked."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([program, "update", "-q"], env=env, check=False)
    command = [program, "install", "-y", "-q", "--no-install-recommends", *packages]
    return subprocess.run(command, env=env, check=False).returncode == 0


def main() -> int:
    """Install if asked, then print the path; exit code 1 when there is no browser."""
    if "--install" in sys.argv:
        install()
    try:
        print(chromium())
    except NoBrowser as error:
        print(error, file=sys.stderr)
        return 1
    if not has_chinese_font():
        print("No font with Chinese characters: screenshots will show boxes.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
