"""Pages about one's own sign-in (账号安全): second factor, sessions, tokens of programs."""

from __future__ import annotations

import re

from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enforcement.errors import Invalid, NotFound
from enforcement.frame import posts_of
from enforcement.middleware import now_of
from enforcement.models import ApiToken, SecurityEvent
from enforcement.rest import tokens
from enforcement.signin import factors
from enforcement.signin.proof import needs_proof
from enforcement.signin.signals import note
from enforcement.staff import staff, who

#: What a browser says it is → words; the first that fits.
SYSTEMS = (
    ("Android", "安卓手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("HarmonyOS", "鸿蒙设备"),
    ("Windows", "Windows 电脑"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)
BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device(user_agent: str) -> str:
    """Return a device in words: Windows 电脑 · Edge."""
    found = [
        next((words for mark, words in known if re.search(mark, user_agent)), "")
        for known in (SYSTEMS, BROWSERS)
    ]
    return " · ".join(filter(None, found)) or "其他设备"


class KeyForm(forms.Form):
    """What a new token is for, and how long it lives."""

    name = forms.CharField(label="用途", max_length=80, help_text="例如：与办案系统对接")
    days = forms.IntegerField(
        label="有效天数",
        min_value=1,
        max_value=tokens.MOST_DAYS,
        initial=tokens.DAYS,
        help_text=f"1 至 {tokens.MOST_DAYS} 天",
    )


@login_required
@never_cache
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """Show how one's account is guarded."""
    user, _ = who(request)
    context = {
        "factor": factors.has_one(user),
        "required": factors.required_of(posts_of(request)),
        "sessions": len(UserSession.objects.purge_and_list(user)),
        "keys": ApiToken.objects.filter(
            user=user, revoked__isnull=True, expires__gt=now_of(request)
        ).count(),
        "log": SecurityEvent.objects.filter(user=user).select_related("by").order_by("-pk")[:10],
    }
    return render(request, "account/security.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Show where one is signed in; POST ends all sessions but this one."""
    user, _ = who(request)
    if request.method == "POST":
        ended = factors.end_sessions(user, but=request.session.session_key or "")
        if ended:
            note(request, SecurityEvent.Kind.SESSION_ENDED, user, detail=f"{ended} 处")
        messages.success(request, f"已退出其他 {ended} 处登录。")
        return redirect("usersessions_list")
    rows = sorted(
        UserSession.objects.purge_and_list(user), key=lambda s: s.last_seen_at, reverse=True
    )
    for row in rows:
        row.device = device(row.user_agent)
        row.here = row.session_key == request.session.session_key
    return render(request, "account/sessions.html", {"rows": rows})


@login_required
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions.

    Raises:
        NotFound: not there, or another person's.
    """
    user, _ = who(request)
    session = UserSession.objects.filter(user=user, pk=pk).first()
    if session is None:
        raise NotFound
    session.end()
    note(request, SecurityEvent.Kind.SESSION_ENDED, user, detail="1 处")
    messages.success(request, "已退出该处登录。")
    return redirect("usersessions_list")


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponseBase:
    """Show the tokens of one's programs; make one, which is shown this once."""
    if request.method == "POST":
        return _issue(request)
    return _keys(request, KeyForm())


@needs_proof
def _issue(request: HttpRequest) -> HttpResponse:
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _keys(request, form, status=400)
    user, given = who(request).user, form.cleaned_data
    try:
        made = tokens.issue(user, given["name"], now=now_of(request), days=given["days"])
    except Invalid as wrong:
        form.add_error(wrong.field, wrong.message)
        return _keys(request, form, status=400)
    note(request, SecurityEvent.Kind.KEY_ISSUED, user, about=made.token.prefix)
    return _keys(request, KeyForm(), made=made)


def _keys(
    request: HttpRequest, form: KeyForm, *, made: tokens.Issued | None = None, status: int = 200
) -> HttpResponse:
    now = now_of(request)
    rows = list(ApiToken.objects.filter(user=who(request).user).order_by("-pk"))
    for row in rows:
        row.good = row.usable(now)  # type: ignore[attr-defined]
    context = {"rows": rows, "form": form, "made": made}
    return render(request, "account/keys.html", context, status=status)


@staff
@require_POST
def key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut one of one's own tokens for good.

    Raises:
        NotFound: not there, or another person's.
    """
    user, _ = who(request)
    token = ApiToken.objects.filter(user=user, pk=pk).first()
    if token is None:
        raise NotFound
    tokens.revoke(token, now=now_of(request))
    note(request, SecurityEvent.Kind.KEY_REVOKED, user, about=token.prefix)
    messages.success(request, "令牌已撤销。")
    return redirect("api_keys")
