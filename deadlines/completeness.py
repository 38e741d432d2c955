"""Is the rulebook complete (规则库是否齐全)? The rules beside the list of clocks the law knows.

The list is ``data/clocks.csv`` (see the README there). A row that is no rule says why; a rule that
is no row is a step, version or special case of one, and says which.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from deadlines.rule import Rule
from deadlines.rulebook import Rulebook

CLOCKS: Final = Path(__file__).resolve().parent / "data" / "clocks.csv"

#: Rows of the list that are no rule of their own, and why.
NO_RULE: Final = {
    "verify_lead_2006": "已被2017年规定取代：作为“线索核查”2007-01-01起的版本保留，"
    "2017-04-30之前收到的线索适用。",
    "extension_request": "不是独立的期限，是执行期限的延长条件：届满前5日内申请（extendable）。",
    "extension_step": "不是独立的期限，是执行期限的延长幅度：院长批准三个月，"
    "再延长层报备案（extendable）。",
    "upper_court_decision_237": "没有查到规定的日数，不能计算；申请和处理结果记入时间线。",
}
#: Rules that are no row of the list, and what they belong to.
BEYOND: Final = {
    "explanation": "本系统内部规则：超期说明的期限。",
    "lead_red_line": "报道所称线索核查10日红线，与“线索核查”7日并存。",
    "applicant_up_level_found": "“申请上级法院执行”的另一起点：发现财产之日。",
    "distribution_opposition": "分配方案异议的第二步：反对意见15日（执行程序解释第18条）。",
    "distribution_suit": "分配方案异议的第三步：起诉15日（执行程序解释第18条）。",
    "exit_ban_review_request": "“限制出境复议”的申请期间10日。",
    "payout_after_delay": "“执行款发放”延缓事由消失后的10日。",
    "police_explain": "检察机关要求公安机关说明不立案理由的7日。",
    "sanction_review_request": "“罚款拘留复议”的申请期间3日。",
    "valuation_answer": "评估异议的第三步：评估机构5日内说明。",
    "valuation_objection_forward": "评估异议的第二步：法院3日内转交。",
}
_UNITS: Final = {"m": "months", "y": "years"}
_PLAIN: Final = re.compile(r"> ?(\d+) ([my])|(\d+)(?: ([my]))?", re.ASCII)


class Row(NamedTuple):
    """One clock of the list, as the list writes it."""

    code: str
    name: str
    trigger: str
    span: str
    type: str
    satisfied_by: str
    suspended_by: str
    basis: str
    confidence: str

    @property
    def length(self) -> tuple[int, str] | None:
        """The span as number and unit, None where the list says more than a number."""
        found = _PLAIN.fullmatch(self.span)
        if found is None:
            return None
        unit = found[2] or found[4]
        n = int(found[1] or found[3])
        return n, _UNITS[unit] if unit else "workdays" if self.type == "wd" else "days"


@dataclass(frozen=True)
class Comparison:
    """The list beside the rulebook.

    Attributes:
        ruled: rows that are rules. reasons: rows that are none, with the reason.
        beyond: rules that are no row, with what they belong to.
        missing: rows without rule or reason. unexplained: rules without row or reason.
    """

    ruled: tuple[str, ...]
    reasons: dict[str, str]
    beyond: dict[str, str]
    missing: tuple[str, ...]
    unexplained: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """True if every row is a rule or says why not, and every rule has a place."""
        return not self.missing and not self.unexplained


@cache
def listed() -> tuple[Row, ...]:
    """Return the rows of the list in their order."""
    with CLOCKS.open(encoding="utf-8", newline="") as file:
        return tuple(Row(**row) for row in csv.DictReader(file))


def compared(rulebook: Rulebook) -> Comparison:
    """Compare the list with the rules of a rulebook."""
    rows, codes = [row.code for row in listed()], set(rulebook.codes())
    return Comparison(
        ruled=tuple(code for code in rows if code in codes),
        reasons={code: NO_RULE[code] for code in rows if code not in codes and code in NO_RULE},
        beyond={code: BEYOND[code] for code in sorted(codes - {*rows}) if code in BEYOND},
        missing=tuple(code for code in rows if code not in codes and code not in NO_RULE),
        unexplained=tuple(sorted(codes - {*rows} - {*BEYOND})),
    )


def differing(rulebook: Rulebook) -> list[tuple[Row, Rule]]:
    """Return rows with a plain number that the newest version of their rule does not have."""
    found = []
    for row in listed():
        rule = rulebook.latest(row.code)
        if rule is not None and row.length not in (None, (rule.n, rule.unit)):
            found.append((row, rule))
    return found
