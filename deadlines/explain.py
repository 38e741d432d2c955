"""Why this date (届满日说明): a clock's whole working, for people and for machines.

Made from what the clock was derived from, so it can be computed again at any time and must give the
same day; a difference is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from deadlines.calendar import ONE_DAY, RestDay, with_weekday
from deadlines.spans import Due, due_date, rest_text, span_text

if TYPE_CHECKING:
    from deadlines.clock import Basis, Clock
    from deadlines.events import Extension, Spell
    from deadlines.rule import Rule


@dataclass(frozen=True, slots=True)
class ExcludedSpell:
    """One excluded interval with the Chinese name of its kind and the events that bound it."""

    kind: str
    name: str
    ref: str
    opened: date
    closed: date | None
    open_seq: int
    close_seq: int | None


@dataclass(frozen=True, slots=True)
class ExcludedBlock:
    """Overlapping intervals counted once: the days they added, and the single intervals."""

    opened: date
    closed: date | None
    counted_from: date
    days: int
    spells: tuple[ExcludedSpell, ...]


@dataclass(frozen=True, slots=True)
class ExtensionShown:
    """One extension, whether it counted and, if not, why not (Chinese)."""

    seq: int
    on: date
    n: int
    unit: str
    reason: str
    counted: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that the "why this date" page and its API show about one clock.

    ``remaining`` is what is left of a period that stands still: days, or working days.
    """

    rule: str
    name: str
    version: date
    source: str
    confidence: str
    unsure: bool
    checked_on: date
    note: str
    kind: str
    severity: str
    duty: str
    start_kind: str
    start_label: str
    start_seq: int
    start_on: date
    event_on: date
    anchor: str
    subject: str
    n: int
    unit: str
    nominal_end: date
    raw_end: date
    due: date | None
    state: str
    stopped_on: date | None
    stop_seq: int | None
    stop_kind: str
    stop_label: str
    lapse_on: date | None
    remaining: int | None
    excluded: tuple[ExcludedBlock, ...]
    extensions: tuple[ExtensionShown, ...]
    rolled: tuple[RestDay, ...]
    skipped: tuple[RestDay, ...]
    made_up: tuple[RestDay, ...]
    warnings: tuple[str, ...]
    sentences: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists, texts and numbers: days as ISO text, ready for JSON."""
        plain: dict[str, Any] = _plain(asdict(self))
        for key in ("rolled", "skipped", "made_up"):
            plain[key] = [
                {"day": item.day.isoformat(), "why": item.why} for item in getattr(self, key)
            ]
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def explain(clock: Clock, labels: Mapping[str, str]) -> Explanation:
    """Count a clock's period again, showing the working. ``labels``: event kind to its name."""
    worked = _counted(clock)
    blocks = _blocks(worked, clock.basis)
    extensions = tuple(_extensions(clock.basis))
    return Explanation(
        **_of_rule(clock.basis.rule),
        **_of_clock(clock, labels),
        nominal_end=worked.nominal_end,
        remaining=_remaining(worked, clock.basis),
        excluded=blocks,
        extensions=extensions,
        rolled=worked.rolled,
        skipped=worked.skipped,
        made_up=worked.made_up,
        warnings=worked.warnings,
        sentences=tuple(_sentences(clock, worked, blocks, extensions, labels)),
    )


def _counted(clock: Clock) -> Due:
    """The period counted again from what the clock was derived from."""
    basis = clock.basis
    stopped = basis.stop.on if basis.stop else None
    return due_date(
        clock.start_on,
        basis.n,
        basis.unit,
        [(spell.opened, spell.closed or stopped) for spell in basis.spells],
        basis.calendar,
        [(item.n, item.unit) for item in basis.extensions],
        roll=basis.rule.roll,
    )


def _of_rule(rule: Rule) -> dict[str, Any]:
    """What the explanation says about the law."""
    return {
        "name": rule.name,
        "source": rule.source,
        "confidence": rule.confidence,
        "unsure": rule.unsure,
        "checked_on": rule.checked_on,
        "note": rule.note,
        "kind": rule.kind,
    }


def _of_clock(clock: Clock, labels: Mapping[str, str]) -> dict[str, Any]:
    """What the explanation says about this clock and the events that bound it."""
    start, stop = clock.basis.start, clock.basis.stop
    anchor = clock.basis.rule.anchor
    return {
        **{name: getattr(clock, name) for name in _CLOCK_FIELDS},
        "start_kind": start.kind,
        "start_label": labels.get(start.kind, start.kind),
        "event_on": start.on,
        "anchor": anchor if start.data.get(anchor) else "",
        "n": clock.basis.n,
        "unit": clock.basis.unit,
        "stop_kind": stop.kind if stop else "",
        "stop_label": labels.get(stop.kind, stop.kind) if stop else "",
    }


_CLOCK_FIELDS = (
    *("rule", "version", "severity", "duty", "start_seq", "start_on", "subject", "raw_end"),
    *("due", "state", "stopped_on", "stop_seq", "lapse_on"),
)


def _remaining(worked: Due, basis: Basis) -> int | None:
    """What was left of the period when the interval that is still open began, else None."""
    if worked.due is not None:
        return None
    since = worked.excluded[-1].counted_from
    left = (worked.raw_end - since).days
    if basis.unit == "workdays":
        left -= len(basis.calendar.rest_days(since + ONE_DAY, worked.raw_end))
    return left


def _blocks(worked: Due, basis: Basis) -> tuple[ExcludedBlock, ...]:
    """Merged intervals, each with the single ones inside it."""
    return tuple(
        ExcludedBlock(
            item.opened,
            item.closed,
            item.counted_from,
            item.days,
            tuple(
                _named(spell, basis)
                for spell in sorted(basis.spells, key=lambda s: (s.opened, s.kind, s.ref))
                if spell.opened >= item.opened
                and (item.closed is None or spell.opened <= item.closed)
                and spell.closed != spell.opened
            ),
        )
        for item in worked.excluded
    )


def _named(spell: Spell, basis: Basis) -> ExcludedSpell:
    name = basis.rulebook.exclusion_name(spell.kind)
    return ExcludedSpell(
        spell.kind, name, spell.ref, spell.opened, spell.closed, spell.open_seq, spell.close_seq
    )


def _extensions(basis: Basis) -> Iterable[ExtensionShown]:
    for item in basis.extensions:
        yield _shown(item, "")
    for item in basis.refused:
        late = (
            "批准时期限已经届满，不予计入"
            if basis.rule.extendable
            else "本期限依规定不得延长，不予计入"
        )
        yield _shown(item, late)


def _shown(item: Extension, why_not: str) -> ExtensionShown:
    return ExtensionShown(item.seq, item.on, item.n, item.unit, item.reason, not why_not, why_not)


def _sentences(
    clock: Clock,
    worked: Due,
    blocks: tuple[ExcludedBlock, ...],
    extensions: tuple[ExtensionShown, ...],
    labels: Mapping[str, str],
) -> Iterable[str]:
    """The explanation in Chinese, one thought a sentence, in the order of the counting."""
    yield from _opening(clock, labels)
    for shown in extensions:
        length = span_text(shown.n, shown.unit)
        yield f"{shown.on}批准延长{length}（第{shown.seq}号事件）" + (
            f"：{shown.why_not}。" if shown.why_not else "，计入。"
        )
    if blocks or worked.due != worked.nominal_end:
        lead = "不扣除时，" if blocks else ""
        yield f"{lead}期间最后一日为{with_weekday(worked.nominal_end)}。"
    for block in blocks:
        yield _block_sentence(block, worked.unit)
    yield from _closing(clock, worked)
    yield from _outcome(clock, labels)


def _opening(clock: Clock, labels: Mapping[str, str]) -> Iterable[str]:
    basis, rule = clock.basis, clock.basis.rule
    label = labels.get(basis.start.kind, basis.start.kind)
    what = f"{with_weekday(clock.start_on)}"
    if rule.after:
        before = basis.rulebook.latest(rule.after)
        what += f"（“{before.name if before else rule.after}”逾期之日）"
    elif clock.start_on != basis.start.on:
        what += f"（第{basis.start.seq}号事件“{label}”所载日期，该事件发生于{basis.start.on}）"
    else:
        what += f"第{basis.start.seq}号事件“{label}”"
    yield f"{what}起算，当日不计入。"
    doubt = "，依据有待核实" if rule.unsure else ""
    yield (
        f"依据：{rule.source}（{rule.name}，{rule.first_day}起适用，"
        f"可信度{rule.confidence}{doubt}，{rule.checked_on}核对）。"
    )
    yield _length_sentence(clock)


def _length_sentence(clock: Clock) -> str:
    basis, rule = clock.basis, clock.basis.rule
    if rule.until and basis.start.data.get(rule.until) is not None:
        back = f"，往前推{span_text(rule.n or 0, rule.unit)}" if rule.back else ""
        return f"最后一日由该事件载明{back}，距起算日{span_text(basis.n, basis.unit)}。"
    return f"期限{span_text(basis.n, basis.unit)}，{_unit_rule(basis.unit)}。"


def _unit_rule(unit: str) -> str:
    if unit == "workdays":
        return "只计工作日"
    if unit == "days":
        return "按自然日计算，期间内节假日不扣除"
    return "按月、年计算，至届满月的同日，没有同日的至月末"


def _block_sentence(block: ExcludedBlock, unit: str) -> str:
    names = "".join(f"“{name}”" for name in dict.fromkeys(spell.name for spell in block.spells))
    if block.closed is None:
        return f"{names}自{block.opened}起尚未结束，期限中止。"
    joined = "，重叠部分只扣一次" if len(block.spells) > 1 else ""
    before = "，起算日之前的部分不扣" if block.counted_from != block.opened else ""
    what = "个工作日" if unit == "workdays" else "日"
    return f"{names}{block.opened}至{block.closed}，扣除{block.days}{what}{joined}{before}。"


def _closing(clock: Clock, worked: Due) -> Iterable[str]:
    if clock.due is None:
        what = "个工作日" if worked.unit == "workdays" else "日"
        left = f"剩余{_remaining(worked, clock.basis)}{what}"
        yield f"扣除期间尚未结束，现在没有届满日；结束后{left}继续计算。"
        return
    if worked.excluded:
        yield f"扣除后最后一日为{with_weekday(worked.raw_end)}。"
    if worked.skipped:
        yield f"期间内休息日：{rest_text(worked.skipped)}。"
    for item in worked.made_up:
        yield f"{with_weekday(item.day)}因{item.why}调休上班，是工作日。"
    if worked.rolled:
        end = with_weekday(worked.due or worked.raw_end)
        yield f"最后一日遇休息日（{rest_text(worked.rolled)}），顺延至{end}。"
    if worked.due != clock.due:
        yield f"新规定自{clock.version}起适用于进行中的期限，届满日不早于该日。"
    yield f"届满日为{with_weekday(clock.due)}。"


def _outcome(clock: Clock, labels: Mapping[str, str]) -> Iterable[str]:
    stop = clock.basis.stop
    if stop is None:
        return
    label = labels.get(stop.kind, stop.kind)
    done = "履行" if clock.state == "done" else "终止（无需再履行）"
    late = "，已超过届满日" if clock.lapse_on else "，未超期"
    yield f"{with_weekday(stop.on)}因第{stop.seq}号事件“{label}”{done}{late}。"
