"""Pages of the roof: home by role, switching posts, health, refused forms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from cases import panels
from cases.models import Case
from deadlines import proof, state
from enforcement import health as machinery
from enforcement.access import courts_seen_by
from enforcement.celery import app
from enforcement.errors import Forbidden, NotFound
from enforcement.frame import acting_post, posts_of
from enforcement.menu import OPERATORS
from enforcement.middleware import now_of, today_of
from enforcement.models import RollupDelta, Tick, User
from enforcement.models.rollups import RollupDay
from enforcement.paging import capped_count
from enforcement.roles import Role
from enforcement.staff import court_with, staff, who
from enforcement.zh_format import count, duration_zh

#: The page each role starts its day on.
FIRST_PAGE = {
    Role.JUDGE: "docket",
    Role.ASSISTANT: "docket",
    Role.CLERK: "docket",
    Role.BUREAU_HEAD: "assignment",
    Role.PRESIDENT: "assignment",
    Role.FILING_CLERK: "case_new",
    Role.FINANCE: "case_list",
    Role.SUPERVISOR: "dashboard",
    Role.INSPECTOR: "dashboard",
    Role.AUDITOR: "dashboard",
    Role.PETITION_CLERK: "petitions",
    Role.COURT_ADMIN: "health",
    Role.API_CLIENT: "case_list",
    Role.PETITIONER: "portal_home",
    Role.COUNSEL: "portal_home",
}
#: Runs of the sweep shown, and deltas that may wait before somebody is told.
TICKS, MOST_DELTAS = 12, 100_000


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send a person to the page their post works from; without a post, say whom to ask."""
    post = acting_post(request)
    if post is not None:
        try:
            return redirect(reverse(FIRST_PAGE[Role(post.role)]))
        except NoReverseMatch:  # a page of another release: the menu stands in
            pass
    return render(request, "enforcement/home.html")


@login_required
@require_POST
def switch_post(request: HttpRequest) -> HttpResponse:
    """Act from another of one's posts from now on.

    Raises:
        Forbidden: ``post.not_yours``.
    """
    chosen = request.POST.get("post", "")
    post = next((p for p in posts_of(request) if str(p.pk) == chosen), None)
    if post is None:
        raise Forbidden("post.not_yours", "您今天没有这个岗位，请重新选择。")
    request.session["post"] = post.pk
    return redirect("home")


def _portal(case: Case, user: User, today: date) -> dict[str, Any] | None:
    """Tell the slip of a filing where parties look their case up."""
    try:
        return {"url": reverse("portal_home")}
    except NoReverseMatch:
        return None


panels.register(panels.Panel("portal", "", "", _portal, place="slip"))


# -- health -------------------------------------------------------------------------------------


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer that the process lives; touches nothing else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer whether requests can be served: 503 when one of the checks fails.

    A late sweep, a Redis that is away, a clock in doubt and a full disk are warnings: pages, and
    verbs as far as they can, go on, and taking the machine out would only make it worse.
    """
    database = machinery.database()
    checks = {"database": database.ok}
    if database.ok:
        checks["migrations"] = machinery.migrations().ok
        checks["rulebook"] = not state.rulebook_faults()
    sound = all(checks.values())
    answer: dict[str, Any] = {
        "status": "ok" if sound else "unavailable",
        "checks": {name: "ok" if ok else "failed" for name, ok in checks.items()},
    }
    if sound:
        answer |= _sweep_age(timezone.now())
        looks = {"redis": machinery.redis(), "clock": machinery.clock()}
        answer["warnings"] += [name for name, look in looks.items() if not look.ok]
        full = [disk for disk in machinery.disks().values() if disk.tone == "late"]
        answer["warnings"] += ["disk"] if full else []
        replica = machinery.replica()
        answer["warnings"] += [] if replica is None or replica.ok else ["replica"]
        answer["warnings"] += [] if machinery.files().ok else ["files"]
    return JsonResponse(answer, status=200 if sound else 503)


def _sweep_age(now: datetime) -> dict[str, Any]:
    tick = machinery.last_tick("sweep")
    age = round((now - tick.started_at).total_seconds()) if tick else None
    late = machinery.pulse(tick, now) != "ok" or bool(tick and tick.error)
    return {"last_sweep_seconds": age, "warnings": ["sweep"] if late else []}


@staff
@never_cache
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Show the operator how the system is doing: one green line when all is well.

    Raises:
        Forbidden: neither court administrator nor auditor.
    """
    court_with(request, OPERATORS, "查看运行状况")
    today, now = today_of(request), now_of(request)
    sheets = state.sheets(today)
    rows = [*_sweep_rows(now, sheets), *_sheet_rows(sheets), *_machine_rows(), *_law_rows(today)]
    wrong = [row["label"] for row in rows if row["tone"] == "late"]
    remarks = [row["label"] for row in rows if row["tone"] == "soon"]
    context = {
        "rows": rows,
        "wrong": "、".join(wrong),
        "remarks": "、".join(remarks),
        "ticks": Tick.objects.order_by("-started_at")[:TICKS],
        "sick": [
            {"case": s.case.number, "error": s.error, "since": s.since, "url": ""}
            for s in (state.sick_cases() if sheets.sick else [])
        ],
        "machine": machinery.machine(),
    }
    return render(request, "enforcement/health.html", context)


def _row(label: str, value: str, tone: str, note: str = "", url: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "tone": tone, "note": note, "url": url}


def _looked(label: str, found: machinery.Looked) -> dict[str, str]:
    return _row(label, found.value, "ok" if found.ok else "late", found.note)


def _sweep_rows(now: datetime, sheets: state.Sheets) -> list[dict[str, str]]:
    """Say when the sweep last ran, how long it took, and what it has not looked at yet."""
    tick = machinery.last_tick("sweep")
    if tick is None:
        return [_row("期限巡检", "从未运行", "late", "请启动后台任务，或者执行 manage.py sweep")]
    age = f"{duration_zh(now - tick.started_at)}前"
    tone = "late" if tick.error else machinery.pulse(tick, now)
    said = machinery.PULSE[tone] if tone != "ok" else ""
    note = "上次运行出错，见右表" if tick.error else said
    took = duration_zh(tick.finished_at - tick.started_at) if tick.finished_at else "没有结束"
    rows = [
        _row("期限巡检", age, tone, note),
        _row("巡检用时", took, "ok" if tick.finished_at else "soon", f"语句 {tick.statements} 条"),
    ]
    waiting = count(sheets.due, state.CAP)
    since = f"最早的自 {sheets.oldest} 起等待" if sheets.oldest else "期限有变动，等待重看"
    note = since if sheets.due else "没有到期未看的"
    return [*rows, _row("到期待巡检", waiting, "soon" if sheets.due else "ok", note)]


def _sheet_rows(sheets: state.Sheets) -> list[dict[str, str]]:
    """Say how many sheets are current, behind their timeline, or set aside."""
    behind = sheets.behind + sheets.old
    total = count(sheets.total, state.CAP)
    sick = "计算出错，已搁置，下次巡检重试" if sheets.sick else ""
    return [
        _row(
            "期限表",
            f"{total} 件",
            "soon" if behind else "ok",
            f"落后于时间线 {sheets.behind} 件，规则或日历变动后待重算 {sheets.old} 件"
            if behind
            else "全部是最新的",
            reverse("sweep_health"),
        ),
        _row(
            "异常案件",
            f"{sheets.sick} 件",
            "late" if sheets.sick else "ok",
            sick,
            reverse("sweep_cases", args=["sick"]),
        ),
    ]


@staff
@never_cache
@require_GET
def sweep_health(request: HttpRequest) -> HttpResponse:
    """Prove that no case was skipped: the groups of cases add up to all of them.

    Raises:
        Forbidden: neither court administrator nor auditor.
    """
    court_with(request, OPERATORS, "查看运行状况")
    found, tick = proof.prove(today_of(request)), machinery.last_tick("sweep")
    rows = [
        _row(
            name,
            f"{found.parts[part]:,}",
            tone if found.parts[part] else "ok",
            meaning,
            reverse("sweep_cases", args=[part]),
        )
        for part, (name, tone, meaning) in proof.GROUPS.items()
    ]
    pulse = machinery.pulse(tick, now_of(request))
    context = {
        "rows": rows,
        "proof": found,
        "sum": sum(found.parts.values()),
        "tick": tick,
        "pulse": pulse,
        "said": machinery.PULSE[pulse],
    }
    return render(request, "enforcement/sweep_health.html", context)


@staff
@never_cache
@require_GET
def sweep_cases(request: HttpRequest, part: str) -> HttpResponse:
    """List the cases of one group, a page at a time: those of the courts in the person's sight.

    Raises:
        Forbidden: neither court administrator nor auditor.
        NotFound: there is no such group.
    """
    court_with(request, OPERATORS, "查看运行状况")
    if part not in proof.GROUPS:
        raise NotFound
    asked = request.GET.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    user, today = who(request)
    seen = courts_seen_by(user, today).values_list("key", flat=True)
    lines = proof.cases_in(part, after, courts=list(seen))
    name, tone, meaning = proof.GROUPS[part]
    more = str(lines[-1].pk) if len(lines) == proof.SIZE else ""
    context = {"lines": lines, "name": name, "tone": tone, "meaning": meaning, "next": more}
    return render(request, "enforcement/sweep_cases.html", context)


def _machine_rows() -> list[dict[str, str]]:
    """Say how database, cache, queue, workers and counts are."""
    broker, replica = machinery.queue(app), machinery.replica()
    deltas = capped_count(RollupDelta.objects.all(), MOST_DELTAS)
    return [
        _looked("数据库", machinery.database()),
        *([] if replica is None else [_lists_from(replica)]),
        _looked("表结构", machinery.migrations()),
        _looked("附件存储", machinery.files()),
        _looked("时钟", machinery.clock()),
        *_disk_rows(),
        _looked("Redis", machinery.redis()),
        _looked("任务队列", broker),
        _looked("工作进程", machinery.workers(app) if broker.ok else broker),
        _row(
            "统计待合并",
            count(deltas, MOST_DELTAS),
            "soon" if deltas > MOST_DELTAS else "ok",
            "后台每半分钟合并一次",
        ),
    ]


def _lists_from(replica: machinery.Looked) -> dict[str, str]:
    """Say how the replica is; without it everything goes on, so it is amber and not red."""
    return _row("只读副本", replica.value, "ok" if replica.ok else "soon", replica.note)


def _disk_rows() -> list[dict[str, str]]:
    """Say how much room there is for data and for files."""
    names = {"data": "数据磁盘", "files": "附件磁盘"}
    full = "放不下新的内容，请先清理数据目录以外的文件"
    return [
        _row(
            names[place],
            f"剩余 {disk.free / 1e9:.1f} GB",
            disk.tone,
            full if disk.tone == "late" else f"{disk.free / disk.total:.0%} 空闲",
        )
        for place, disk in machinery.disks().items()
    ]


def _law_rows(today: date) -> list[dict[str, str]]:
    """Say whether rules are sound, how far the calendar is firm, and the counting day."""
    faults, horizon = state.rulebook_faults(), state.horizon()
    counted = RollupDay.objects.values_list("day", flat=True).first()
    far = f"公布到 {horizon.through} 年" if horizon.through else "没有公布"
    beyond = f"{count(horizon.beyond, state.CAP)} 项期限届满于放假安排尚未公布的年份，届时可能变动"
    late = "应为今天，后台任务没有换日"
    rules = reverse("rulebook")
    sound = _row("规则库", f"{len(faults)} 处错误", "late", "；".join(faults[:3]), rules)
    ready = state.deployed_faults()
    if ready and not faults:
        note = f"现用规则不受影响，改正以前不要重启：{'；'.join(ready[:3])}"
        sound, faults = _row("规则库", f"新文件 {len(ready)} 处错误", "late", note, rules), ready
    firm = horizon.through is not None and not horizon.beyond
    return [
        sound if faults else _row("规则库", "正常", "ok", "", rules),
        _row("工作日历", far, "ok" if firm else "soon", "" if firm else beyond, rules),
        _row(
            "统计基准日",
            str(counted or "—"),
            "ok" if counted == today else "soon",
            "" if counted == today else late,
        ),
    ]


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a refused form in Chinese."""
    return render(
        request, "403.html", {"exception": "页面停留过久，请返回后刷新再提交。"}, status=403
    )
