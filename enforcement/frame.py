"""What every page's frame needs: the person's posts, the menu, the demo ribbon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from enforcement import menus
from enforcement.access import sight
from enforcement.models import Post, User

#: Where the seed of the demo writes the sign-ins.
DEMO_ACCOUNTS = "demo_accounts.json"
#: The one password of everybody in the demo: printed at the start and in the README, so it opens
#: nothing and can be chosen by nobody outside the demo.
DEMO_PASSWORD = "demo-2026-zhifa"  # noqa: S105 - printed for everybody


def demo_sign_ins(request: HttpRequest) -> dict[str, Any]:
    """Return the sign-ins that the sign-in page of a demo lists; nothing anywhere else."""
    match = request.resolver_match
    if not settings.DEMO or match is None or match.view_name != settings.LOGIN_URL:
        return {}
    try:
        rows = json.loads((Path(settings.VAR_DIR) / DEMO_ACCOUNTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {"demo_accounts": rows, "demo_password": rows[0]["password"] if rows else ""}


def acting_post(request: HttpRequest) -> Post | None:
    """Return the post the person acts from: the chosen one, else the first of today."""
    posts = posts_of(request)
    chosen = request.session.get("post") if posts else None
    return next((p for p in posts if p.pk == chosen), posts[0] if posts else None)


def posts_of(request: HttpRequest) -> list[Post]:
    """Return the posts the signed-in person holds today, read once per request."""
    cached: list[Post] | None = getattr(request, "_posts", None)
    if cached is None:
        user = getattr(request, "user", None)
        today = getattr(request, "today", None)
        cached = list(sight(user, today).posts) if isinstance(user, User) and today else []
        request._posts = cached  # type: ignore[attr-defined]
    return cached


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the context that base.html draws its bars from."""
    post = acting_post(request)
    return demo_sign_ins(request) | {
        "today": getattr(request, "today", None),
        "frame": {
            "version": settings.VERSION,
            "demo": settings.DEMO,
            "post": post,
            "posts": posts_of(request),
            "menu": menus.lines_for([post.role] if post else [], request),
        },
    }
