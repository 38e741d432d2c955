"""From filing to the flag, through HTTP alone, with a real beat and worker."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cases.identity import fictional_identity, fictional_phone
from tests.journeys.cast import PASSWORD
from tests.journeys.system import System
from tests.journeys.visitor import Page, Visitor, number_in


def day(ago: int) -> str:
    """Return the day so many days ago, as a form writes it."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return (today - timedelta(ago)).isoformat()


def signed_in(system: System, username: str) -> Visitor:
    """Return a browser in which that person signed in."""
    visitor = Visitor(system.address)
    page = visitor.sign_in(username, PASSWORD)
    assert page.status == 200, page.text[:500]
    assert "退出" in page.html, page.text[:500]
    return visitor


def done(page: Page) -> Page:
    """Hold a page to be the good end of an act."""
    assert page.status == 200, f"{page.status} {page.path}: {page.text[:900]}"
    return page


def file_case(clerk: Visitor, ago: int = 40) -> tuple[str, str, str]:
    """File a case and return its number, query code and address."""
    page = clerk.get("/cases/new/")
    names = [n for n in page.form("basis_number").names if n.endswith("-name")]
    first, second = sorted(names)[:2]
    one, two = first.removesuffix("-name"), second.removesuffix("-name")
    page = clerk.submit(page, {
        "on": day(ago), "applied_on": day(ago + 1), "procedure": "首次执行",
        "basis": "民事、行政判决", "basis_number": "（2025）陕1002民初88号民事判决书",
        "basis_body": "商洛市商州区人民法院", "amount": "150000.00",
        f"{one}-role": "申请执行人", f"{one}-kind": "自然人", f"{one}-name": "申请甲",
        f"{one}-id_number": fictional_identity(11), f"{one}-phone": fictional_phone(11),
        f"{two}-role": "被执行人", f"{two}-kind": "自然人", f"{two}-name": "被执乙",
        f"{two}-id_number": fictional_identity(12),
    })  # fmt: skip
    done(page)
    code = re.search(r"查询码\s*([2-9A-HJ-NP-Z]{8})", page.text)
    assert code, page.text[:900]
    number = number_in(page.text)
    address = next(h for _, h in page.links if re.fullmatch(r"/cases/\d+/", h))
    return number, code.group(1), address


def wait_for(read: object, seconds: float = 40) -> Page:
    """Read again and again until the answer is there: beat and worker need their time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page = read()  # type: ignore[operator]
        if page is not None:
            return page
        time.sleep(1)
    raise AssertionError("the sweep of beat and worker did not come")


def test_from_filing_to_the_flag(system: System) -> None:
    """File, assign, receive, notice, lead, lapse, and the sweep of beat and worker."""
    clerk, head = signed_in(system, "j-lian"), signed_in(system, "j-ju")
    judge = signed_in(system, "j-lin")
    number, code, address = file_case(clerk)
    assert number.startswith("（")
    assert len(code) == 8

    page = head.get(f"{address}assign_handler/")
    assert "林承办" in page.text
    (only,) = page.form("user").choices["user"]
    done(head.submit(page, {"user": only, "on": day(38)}))
    done(judge.submit(judge.get(f"{address}receive_file/"), {"on": day(37)}))
    page = done(judge.submit(judge.get(f"{address}send_notice/"), {"on": day(36)}))
    assert "执行通知书" in page.text
    done(judge.submit(judge.get(f"{address}submit_lead/"), {
        "asset_kind": "银行存款", "content": "商州某银行账户", "on": day(30),
    }))  # fmt: skip

    def flagged() -> Page | None:
        page = head.get(address)
        return page if "/flags/" in page.html else None

    page = wait_for(flagged)
    assert "线索核查红线" in page.text or "财产线索核查" in page.text
