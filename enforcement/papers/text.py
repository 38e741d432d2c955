"""Pure text work that both renderers share: cleaning, numbering, dates, title breaks.

Layout rules: GB/T 9704-2012 (7.3.1 titles, 7.3.3 numbering, 7.3.5.4 dates); dates in Chinese
numerals at the end of a court document: 《人民法院民事裁判文书制作规范》 (法〔2016〕221号),
数字用法.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator

from enforcement.papers.model import Block, Heading, Layout, Para

CERTIFIED = "本件与原本核对无异"
DRAFT = "草稿"
UNDATED = dt.date(2000, 1, 1)  # stamp of a paper without a date; never the clock
NORMAL_PITCH = 28.95  # points from line to line: 22 lines on 225 mm

GETA = "〓"  # the printer's sign for a character that is not in the case
FULL_SPACE = "\u3000"
DIGITS = "〇一二三四五六七八九"

# Titles are broken at the edges of these words, never inside them. Longer words come first.
_WORDS = """
最高人民法院 高级人民法院 中级人民法院 人民法院 执行裁定书 执行决定书 执行通知书 报告财产令
一案双查 调查报告 监督报告 情况报告 督办函 督促执行令 失信被执行人 被执行人 申请执行人
限制消费 限制消费令 终结本次执行程序 终结执行 恢复执行 消极执行 选择性执行 执行案件
执行行为 执行信访 执行监督 信访事项 信访案件 信访 办理 督办 审查 调查 情况 报告 通报 工作
通知 意见 决定 批复 案件 执行 拖欠 工程款 财产 房屋 土地 拍卖 查封 扣押 冻结 期限
超期 责任 问题 有关 关于 进一步 加强 规范 有限责任公司 股份有限公司 有限公司 集团
自治区 自治州 自治县 纠纷 合同 建设工程 施工 买卖 借款 民间借贷
"""
WORDS = sorted(_WORDS.split(), key=len, reverse=True)
LONGEST_ATOM = 18  # of the 20 characters a title line holds
LONGEST_SHAPED = 120  # longer titles than six lines are set line by line
HOURGLASS = 30.0  # cost of a title line that grows again after a shorter one
NEVER_FIRST = set("的之与和及等了、，。；：！？）》〕」』”’％%")
NEVER_LAST = set("（《〔「『“‘与和及第")
ATOM = re.compile(
    r"[（(]\d{4}[）)][\u4e00-\u9fff]{1,3}\d*[\u4e00-\u9fff]{1,4}\d+号(?:之[一二三四五六七八九十]+)?"
    r"|(?!关于|[对与和由向在])(?:[\u4e00-\u9fff]{1,8}?(?:自治[区州县]|[省市州县区旗盟])){1,3}(?:[高中]级)?人民法院"
    r"|[\u4e00-\u9fff]{2}合同纠纷|〔\d{4}〕\d*号?|\d+(?:年(?:\d+月)?(?:\d+日)?)?|[A-Za-z0-9.,:/_-]+"
)


def clean(text: str) -> str:
    """``text`` as it may be printed: NFC, line feeds as the only control character.

    Direction marks, zero-width signs, variation selectors and other invisible format characters
    are dropped (they could make a name read as another), tabs and odd spaces become one space,
    lone surrogates and noncharacters become 〓.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return "".join(_clean_character(c) for c in unicodedata.normalize("NFC", text))


def _clean_character(character: str) -> str:
    if character == "\n" or character == FULL_SPACE:
        return character
    if character == "\t" or unicodedata.category(character) in ("Zs", "Zl", "Zp"):
        return " "
    if 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF:
        return ""
    match unicodedata.category(character):
        case "Cc" | "Cf":
            return ""
        case "Cs":
            return GETA
    return GETA if ord(character) & 0xFFFE == 0xFFFE else character


def one_line(text: str) -> str:
    """``clean`` text with its line feeds turned into spaces, and trimmed."""
    return " ".join(clean(text).split("\n")).strip()


def units(text: str) -> float:
    """Width of ``text`` in characters: full-width ones count 1, the others ½."""
    return sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def chinese_number(number: int) -> str:
    """``number`` from 1 to 999 as 一、十二、一百〇三 are written in headings.

    Raises:
        ValueError: outside 1–999.
    """
    if not 1 <= number <= 999:
        raise ValueError(f"{number}: headings are numbered from 1 to 999")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "〇"
    return text + (DIGITS[ones] if ones else "")


def heading_label(level: int, number: int) -> str:
    """The label of the ``number``-th heading of ``level``: 一、 （一） 1. （1）."""
    match level:
        case 1:
            return f"{chinese_number(number)}、"
        case 2:
            return f"（{chinese_number(number)}）"
        case 3:
            return f"{number}."
        case _:
            return f"（{number}）"


def numbered(blocks: Iterable[Block]) -> Iterator[tuple[str, Block]]:
    """Each block with its label; blocks that are not numbered headings get an empty one.

    A heading starts the count of all deeper levels again. Paragraphs with line feeds are cut
    into several, so that no renderer has to know about them.
    """
    counts = [0, 0, 0, 0]
    for block in blocks:
        if isinstance(block, Heading) and block.numbered:
            counts[block.level - 1] += 1
            counts[block.level :] = [0] * (4 - block.level)
            yield heading_label(block.level, counts[block.level - 1]), block
        elif isinstance(block, Para):
            yield from (("", part) for part in _lines_of(block))
        else:
            yield "", block


def _lines_of(para: Para) -> Iterator[Para]:
    """``para`` cut at its line feeds, spans moved along; empty lines are dropped."""
    start = 0
    for line in re.split("\r\n|\r|\n", para.text):
        end = start + len(line)
        spans = tuple(
            (max(a, start) - start, min(b, end) - start)
            for a, b in para.bold
            if a < end and b > start
        )
        if line.strip() or not para.text:
            yield Para(line, spans, para.align, para.indent)
        start = end + (2 if para.text[end : end + 2] == "\r\n" else 1)


def chinese_date(day: dt.date, layout: Layout = "document") -> str:
    """2026年11月22日; in the court layout 二〇二六年十一月二十二日."""
    if layout != "court":
        return f"{day.year}年{day.month}月{day.day}日"
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{chinese_number(day.month)}月{chinese_number(day.day)}日"


def spread(text: str, width: int) -> str:
    """``text`` filled with full spaces to ``width`` characters: 审　　判　　员 for 7.

    A text that is longer, has one character, or is not all full-width stays as it is.
    """
    if len(text) < 2 or len(text) >= width or units(text) != len(text):
        return text
    gaps, each = len(text) - 1, (width - len(text)) // (len(text) - 1)
    extra = width - len(text) - gaps * each
    return "".join(
        c + FULL_SPACE * (each + (i < extra) if i < gaps else 0) for i, c in enumerate(text)
    )


def break_title(title: str, widest: float = 20) -> tuple[str, ...]:
    """Lines of a title, each at most ``widest`` characters, shaped as trapezoid or diamond.

    Line feeds in ``title`` are kept as the author's own breaks. Otherwise the fewest lines that
    fit are taken and, among the ways to break at word edges, the one with the best shape.
    """
    lines: list[str] = []
    for part in filter(None, (p.strip() for p in clean(title).split("\n"))):
        lines += _shape(_atoms(part), widest) if units(part) > widest else [part]
    return tuple(lines)


def _atoms(text: str) -> list[str]:
    """``text`` in pieces that stay whole: numbers, Latin words, known words, else characters.

    Signs that may not start or end a line are bound to their neighbour.
    """
    pieces: list[str] = []
    position = 0
    while position < len(text):
        found = ATOM.match(text, position)
        piece = found.group() if found and units(found.group()) <= LONGEST_ATOM else ""
        piece = piece or next((w for w in WORDS if text.startswith(w, position)), text[position])
        position += len(piece)
        if pieces and (piece[0] in NEVER_FIRST or pieces[-1][-1] in NEVER_LAST):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return [part for piece in pieces for part in _cut(piece, 20)]


def _cut(piece: str, widest: int) -> list[str]:
    """``piece`` in lengths that fit a line, for a word longer than one."""
    if units(piece) <= widest:
        return [piece]
    return [piece[i : i + widest] for i in range(0, len(piece), widest)]


def _shape(atoms: list[str], widest: float) -> list[str]:
    """Break ``atoms`` into the fewest lines that fit, with the lowest ``_cost``."""
    total = sum(map(units, atoms))
    if total > LONGEST_SHAPED:
        return _filled(atoms, widest)
    for count in range(max(2, int(-(-total // widest))), len(atoms) + 1):
        best = _best(tuple(atoms), count, widest, total / count)
        if best is not None:
            return best
    return _filled(atoms, widest)


def _filled(atoms: list[str], widest: float) -> list[str]:
    """``atoms`` on lines as full as they go."""
    lines = [""]
    for atom in atoms:
        if lines[-1] and units(lines[-1] + atom) > widest:
            lines.append("")
        lines[-1] += atom
    return lines


def _best(atoms: tuple[str, ...], count: int, widest: float, mean: float) -> list[str] | None:
    """The cheapest way to set ``atoms`` on ``count`` lines, or None when none fits.

    Dynamic programme line by line. A state is (atoms used, width of the last line, whether a line
    was shorter than the one before), for a line that grows again makes an hourglass.
    """
    ideal, widths = _diamond(count, mean, widest), [units(atom) for atom in atoms]
    done: dict[tuple[int, float, bool], tuple[float, list[str]]] = {(0, 0.0, False): (0.0, [])}
    for place in range(count):
        reached: dict[tuple[int, float, bool], tuple[float, list[str]]] = {}
        for (start, before, fallen), (cost, lines) in done.items():
            line, width = "", 0.0
            for end in range(start + 1, len(atoms) + 1):
                line, width = line + atoms[end - 1], width + widths[end - 1]
                if width > widest:
                    break
                state = (end, width, fallen or width < before)
                price = cost + _cost(width - ideal[place], atoms[end - 1], end == len(atoms))
                price += HOURGLASS if fallen and width > before else 0
                if state not in reached or price < reached[state][0]:
                    reached[state] = (price, [*lines, line])
        done = reached
    ends = [found for (end, _, _), found in done.items() if end == len(atoms)]
    return min(ends)[1] if ends else None


def _diamond(count: int, mean: float, widest: float) -> list[float]:
    """Ideal widths: two lines as a trapezoid (upper one longer), more as a diamond."""
    if count == 2:
        return [min(widest, mean + 1.5), mean - 1.5]
    middle = (count - 1) / 2
    return [min(widest, mean + 1.2 - 2.4 * abs(i - middle) / middle) for i in range(count)]


def _cost(away: float, last: str, at_end: bool) -> float:
    """How bad a line is: its distance from the ideal width, less a bonus for a natural break.

    Args:
        away: characters too wide or too narrow.
        last: the piece it ends with.
        at_end: it is the end of the title.
    """
    cost = away**2
    if at_end:
        return cost
    if last[-1] in "、，》）":
        return cost - 4
    if last[-1] == "的" or len(last) > 1:
        return cost - 2
    return cost + 2
