"""Pages of deadlines: docket, assignment, why this date, calculator, rulebook."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import quote as urlquote

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from cases.access import case_behind
from cases.machine import State
from cases.models import Case
from cases.reading import noted
from cases.searching import narrowed
from cases.verb import VERBS
from deadlines import queries, words
from deadlines.calculating import UNITS, Question, answered_table
from deadlines.clocks import ClockError
from deadlines.completeness import compared, listed
from deadlines.duties import urgency_of
from deadlines.law import current
from deadlines.models import Clock
from deadlines.panels import derived, rest_days
from deadlines.rows import docket_rows
from deadlines.rule import Rule
from deadlines.rulebook import Rulebook
from deadlines.spans import due_date
from deadlines.strip import strip_of
from enforcement import typed
from enforcement.errors import NotFound, Refused
from enforcement.middleware import now_of
from enforcement.models import Court, Post
from enforcement.paging import CAP, capped_count, page_of
from enforcement.replica.lists import replicated
from enforcement.roles import COURT_ROLES, Role
from enforcement.staff import court_with, post_with, staff, who

OPEN_STATES = [(s.value, s.label) for s in State if s != State.CLOSED]
#: Cases assigned from one page of the queue at most.
MOST = 100


# -- the docket ---------------------------------------------------------------------------------


@staff
@require_http_methods(["GET", "POST"])
@typed.apart("q")
@replicated
def docket(request: HttpRequest) -> HttpResponse:
    """Show a judge their open cases by urgency; helpers and heads those of their court.

    Raises:
        Forbidden: the person works in no court, only above some.
    """
    user, today = who(request)
    post = _docket_post(request)
    given = typed.asked_of(request)
    asked = {key: given.get(key, "") for key in ("when", "rule", "state", "q", "handler")}
    mine = post.role == Role.JUDGE
    scope = Q(handler=user) if mine else _court_scope(post.court, asked["handler"])
    every = narrowed(queries.docket(scope, rule=asked["rule"], state=_state(asked)), asked["q"])
    rows = queries.in_group(every, asked["when"], today)
    page = page_of(rows, ["key", "id"], request)
    counts = queries.figures(every, today)
    lines = queries.lines(page.rows, today, user, rule=asked["rule"])
    back = urlquote(request.get_full_path(), safe="")
    groups = [
        {
            "title": queries.GROUPS[code],
            "count": counts[code],
            "rows": docket_rows(part, today, back, handlers=not mine, first=nth == 0),
        }
        for nth, (code, part) in enumerate(groupby(lines, key=attrgetter("group")))
    ]
    context = {
        "mine": mine,
        "court": post.court,
        "groups": groups,
        "page": page,
        "shown": len(page.rows),
        "total": counts.get(asked["when"], counts["all"]),
        **_figures(request, counts, asked["when"]),
        "asked": asked,
        "filtered": any(asked[key] for key in ("rule", "state", "q", "handler", "when")),
        "rules": _running_rules(),
        "states": OPEN_STATES,
        "people": [] if mine else queries.judges_of(post.court, today),
    }
    return render(request, "deadlines/docket.html", context)


def _figures(request: HttpRequest, counts: dict[str, int], when: str) -> dict[str, Any]:
    """Return the four figures above the docket, and the chips for the other groups."""

    def url(code: str) -> str:
        query = request.GET.copy()
        for gone in ("after", "before", "when"):
            query.pop(gone, None)
        if code:
            query["when"] = code
        return f"?{query.urlencode()}"

    big = [("late", "late", "●"), ("today", "soon", "▲"), ("soon", "soon", "▲"), ("", "", "")]
    small = [("week", "▲"), ("later", "✓"), ("none", "‖")]
    return {
        "stats": [
            {
                "label": queries.GROUPS.get(code, "在办"),
                "value": counts[code or "all"],
                "url": url(code),
                "tone": tone if counts[code or "all"] else "",
                "sign": sign,
                "here": code == when,
            }
            for code, tone, sign in big
        ],
        "chips": [
            {
                "label": queries.GROUPS[code],
                "url": url(code),
                "count": counts[code],
                "sign": sign,
                "here": code == when,
            }
            for code, sign in small
        ],
    }


def _docket_post(request: HttpRequest) -> Post:
    post = post_with(request, [Role.JUDGE, Role.ASSISTANT, Role.CLERK])
    chosen = post_with(request, COURT_ROLES)
    if post is None and chosen is None:
        court_with(request, [Role.JUDGE, Role.ASSISTANT, Role.CLERK], "按期限办案")
    return post or chosen  # type: ignore[return-value]


def _court_scope(court: Court, handler: str) -> Q:
    scope = Q(court=court)
    return scope & Q(handler_id=int(handler)) if _number(handler) else scope


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _state(asked: dict[str, str]) -> str:
    return asked["state"] if asked["state"] in dict(OPEN_STATES) else ""


def _running_rules() -> list[tuple[str, str]]:
    book = current().rulebook
    latest = (book.latest(code) for code in book.codes())
    return [(rule.code, rule.name) for rule in latest if rule]


# -- assignment ---------------------------------------------------------------------------------


@staff
@require_http_methods(["GET", "POST"])
@replicated
def assignment(request: HttpRequest) -> HttpResponse:
    """Show unassigned cases beside the judges' workload; assign one, several, or as suggested.

    Raises:
        Forbidden: neither head of a bureau nor president.
    """
    court = court_with(request, [Role.BUREAU_HEAD, Role.PRESIDENT], "分案")
    results = _assign(request, court) if request.method == "POST" else []
    _, today = who(request)
    rows = queries.unassigned(court)
    page = page_of(rows, ["filed_on", "id"], request, size=MOST)
    people = queries.loads(court, today)
    context = {
        "court": court,
        "page": page,
        "waiting": queries.waiting(page.rows, people, today),
        "people": people,
        "mean": sum(p.open for p in people) / len(people) if people else 0,
        "total": capped_count(rows),
        "cap": CAP,
        "results": results,
        "done": sum(1 for r in results if not r["refused"]),
        "failed": sum(1 for r in results if r["refused"]),
        "may_act": post_with(request, [Role.BUREAU_HEAD]) is not None,
    }
    status = 409 if results and not context["done"] else 200
    return render(request, "deadlines/assignment.html", context, status=status)


def _assign(request: HttpRequest, court: Court) -> list[dict[str, Any]]:
    """Run the verb for each chosen case; one refusal does not stop the others."""
    _, today = who(request)
    chosen = _chosen(request)
    cases = {c.pk: c for c in queries.assignable(court, [pk for pk, _ in chosen])}
    people = {p.user.pk: p.user for p in queries.loads(court, today)}
    results = []
    for pk, judge in chosen:
        case = cases.get(pk)
        if case is not None:
            results.append(_assign_one(request, case, people.get(judge or 0)))
    return results


def _chosen(request: HttpRequest) -> list[tuple[int, int | None]]:
    """Return (case, judge) pairs: one button, or the ticked rows for one judge or as suggested."""
    one = request.POST.get("one", "")
    if one:
        pk, _, judge = one.partition(":")
        return [(int(pk), int(judge))] if _number(pk) and _number(judge) else []
    picked = [pk for pk in request.POST.getlist("case")[:MOST] if _number(pk)]
    suggested = request.POST.get("how") == "suggested"
    found: list[tuple[int, int | None]] = []
    for pk in picked:
        judge = request.POST.get(f"suggested-{pk}" if suggested else "judge", "")
        found.append((int(pk), int(judge) if _number(judge) else None))
    return found


def _assign_one(request: HttpRequest, case: Case, judge: Any) -> dict[str, Any]:
    user, _ = who(request)
    result: dict[str, Any] = {"case": case, "judge": judge, "refused": ""}
    if judge is None:
        return result | {"refused": "请选择承办人。"}
    version = request.POST.get(f"version-{case.pk}", "")
    if not _number(version):
        return result | {"refused": "页面不完整，请重新打开分案页。"}
    try:
        VERBS["assign_handler"].run(
            case,
            by=user,
            now=now_of(request),
            version=int(version),
            user=judge,
        )
    except Refused as refused:
        return result | {"refused": refused.message}
    return result


# -- why this date ------------------------------------------------------------------------------


@staff
@require_GET
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Show why a clock ends on the day it does, counted again from the timeline.

    Raises:
        NotFound: no such clock, or the case is not theirs.
    """
    user, today = who(request)
    row = Clock.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    case = noted(request, case_behind(user, row.case_id, today))
    context: dict[str, Any] = {"case": case, "row": row, "clock": None}
    try:
        clock = next(
            (c for c in derived(case) if (c.rule, c.start_seq) == (row.rule, row.start_seq)), None
        )
    except ClockError as error:
        clock, context["error"] = None, str(error)
    if clock is not None:
        context |= _explained(clock, today)
        context["moved"] = (clock.due, clock.state) != (row.due, row.state)
    return render(request, "deadlines/why.html", context)


def _explained(clock: Any, today: Any) -> dict[str, Any]:
    basis = clock.basis
    spells = [(s.opened, s.closed or clock.stopped_on) for s in basis.spells]
    worked = due_date(
        clock.start_on,
        basis.n,
        basis.unit,
        spells,
        basis.calendar,
        [(item.n, item.unit) for item in basis.extensions],
        roll=basis.rule.roll,
    )
    explained = clock.explain(words.labels())
    return {
        "clock": clock,
        "explained": explained,
        "rule": words.described(basis.rule, basis.rulebook.exclusion_name),
        "urgency": urgency_of(clock, today),
        "strip": strip_of(worked, basis.calendar, today, spells),
        "excluded": [(s.opened, s.closed) for s in basis.spells],
    }


# -- calculator and rulebook --------------------------------------------------------------------


@staff
@require_http_methods(["GET", "POST"])
def calculator(request: HttpRequest) -> HttpResponse:
    """Count one period from the address, or a table of them that was sent."""
    _, today = who(request)
    refused = None
    if request.method == "POST":
        table = request.FILES.get("table")
        try:
            return _table(answered_table(table.read() if table else b""))
        except Refused as error:
            refused = error
    question = Question.read(request.GET)
    due = question.answer() if question.asked and "more" not in request.GET else None
    context = {
        "question": question,
        "units": UNITS,
        "due": due,
        "strip": question.strip(due, today) if due else None,
        "rest_days": rest_days(today),
        "horizon": current().calendar.published_through,
        "refused": refused,
    }
    status = refused.status if refused else 400 if question.errors else 200
    return render(request, "deadlines/calculator.html", context, status=status)


def _table(text: str) -> HttpResponse:
    answer = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, "期限计算结果.csv")
    return answer


@staff
@require_GET
def rulebook(request: HttpRequest) -> HttpResponse:
    """Show every rule by area with its basis, how sure that is, and when to look it up again."""
    _, today = who(request)
    book = current().rulebook
    every = [rule for code in book.codes() if (rule := _now(book, code, today))]
    doubtful = [rule for rule in every if rule.unsure]
    due = [rule for rule in every if rule.review_on <= today]
    shown = doubtful if request.GET.get("unsure") else due if request.GET.get("due") else every
    found = compared(book)
    context = {
        "areas": _by_area(book, shown),
        "unsure": request.GET.get("unsure", ""),
        "due": request.GET.get("due", ""),
        "today": today,
        "all": len(every),
        "doubtful": len(doubtful),
        "for_review": len(due),
        "listed": len(listed()),
        "no_rule": [
            (row.name, found.reasons[row.code]) for row in listed() if row.code in found.reasons
        ],
        "kinds": book.exclusion_kinds.values(),
        "years": sorted(current().calendar.years.items(), reverse=True),
        "horizon": current().calendar.published_through,
        "confidence": words.CONFIDENCE.items(),
    }
    return render(request, "deadlines/rulebook.html", context)


def _now(book: Rulebook, code: str, today: date) -> Rule | None:
    """Return the version in force, or the newest one of a rule that is not in force."""
    return book.in_force(code, today) or book.latest(code)


def _by_area(book: Rulebook, rules: list[Rule]) -> list[dict[str, Any]]:
    """Return the areas that hold any of the rules: heading and rows, flagging ones first."""
    order = list(words.SEVERITY)
    areas = []
    for area, title in words.AREAS.items():
        mine = [rule for rule in rules if rule.area == area]
        mine.sort(key=lambda r: (order.index(r.severity), r.code))
        rows = [
            words.described(rule, book.exclusion_name) | {"versions": len(book.versions(rule.code))}
            for rule in mine
        ]
        if rows:
            areas.append({"code": area, "title": title, "rows": rows})
    return areas


@staff
@require_GET
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """Show one rule with all its versions, the newest first.

    Raises:
        NotFound: no such rule.
    """
    _, today = who(request)
    book = current().rulebook
    versions = book.versions(code)
    if not versions:
        raise NotFound("rule.not_found", "规则库中没有这条规则。")
    force = book.in_force(code, today)
    context = {
        "latest": versions[-1],
        "versions": [
            words.described(v, book.exclusion_name) | {"in_force": v is force}
            for v in reversed(versions)
        ],
    }
    return render(request, "deadlines/rule.html", context)
