"""The court administrator opens the door for the people of the own court (账号管理)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from enforcement.errors import Forbidden, NotFound
from enforcement.middleware import now_of, today_of
from enforcement.models import Court, Post, SignInGuard, User
from enforcement.paging import page_of
from enforcement.roles import Role
from enforcement.signin import factors, lockout
from enforcement.signin.proof import ask_again, proved
from enforcement.staff import court_with, staff, who

ADMINS = frozenset({Role.COURT_ADMIN})


def people_of(court: Court, request: HttpRequest) -> QuerySet[Any]:
    """Return who holds a post in a court today, the locked ones marked."""
    posts = Post.objects.in_force(today_of(request)).filter(user=OuterRef("pk"), court=court)
    locks = SignInGuard.objects.filter(user=OuterRef("pk"), locked_until__gt=now_of(request))
    real = Authenticator.objects.filter(user=OuterRef("pk"), type__in=factors.REAL)
    return (
        User.objects.filter(Exists(posts))
        .annotate(shut=Exists(locks), factor=Exists(real))
        .order_by("username", "pk")
    )


@staff
@never_cache
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Show the accounts of the own court: who is locked out, who has a second factor."""
    court = court_with(request, ADMINS, "管理账号")
    rows = people_of(court, request)
    if request.GET.get("locked") == "1":
        rows = rows.filter(shut=True)
    page = page_of(rows, ["username", "id"], request)
    _dress(page.rows, court, request)
    locked = people_of(court, request).filter(shut=True).count()
    context = {"page": page, "court": court, "locked": locked, "me": request.user.pk}
    return render(request, "account/people.html", context)


def _dress(rows: list[Any], court: Court, request: HttpRequest) -> None:
    """Put posts and the end of a lock on each person of the list, in two queries."""
    pks, now = [row.pk for row in rows], now_of(request)
    held: dict[int, list[str]] = {}
    for post in Post.objects.in_force(today_of(request)).filter(user__in=pks, court=court):
        held.setdefault(post.user_id, []).append(post.get_role_display())
    shut: dict[int | None, datetime | None] = dict(
        SignInGuard.objects.filter(user__in=pks, locked_until__gt=now)
        .order_by("locked_until")
        .values_list("user_id", "locked_until")
    )
    for row in rows:
        row.held, row.until = "、".join(held.get(row.pk, [])), shut.get(row.pk)


def _person(request: HttpRequest, pk: int) -> User:
    """Return somebody of the administrator's own court.

    Raises:
        Forbidden: the asking person administers no court.
        NotFound: not there, or of another court.
    """
    court = court_with(request, ADMINS, "管理账号")
    person: User | None = people_of(court, request).filter(pk=pk).first()
    if person is None:
        raise NotFound
    return person


@staff
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a locked-out person try again."""
    person = _person(request, pk)
    lockout.unlock(person, by=who(request).user, now=now_of(request))
    messages.success(request, f"已解除 {person} 的登录锁定。")
    return redirect("signin_people")


@staff
@require_POST
def reset_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away the lost second factor of a person; they set up a new one after the next sign-in.

    Raises:
        Forbidden: ``factor.own``, one's own is changed under 账号安全.
    """
    person = _person(request, pk)
    if not proved(request):
        return ask_again(request, reverse("signin_people"))
    if person.pk == request.user.pk:
        raise Forbidden("factor.own", "不能重置自己的两步验证，请在“账号安全”中更换。")
    factors.reset(person, by=who(request).user, now=now_of(request))
    messages.success(request, f"已重置 {person} 的两步验证，并退出其全部登录。")
    return redirect("signin_people")
