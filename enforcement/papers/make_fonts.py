"""Make the shipped font subsets from the full Noto CJK fonts.

Run by hand when the characters change; nothing calls it at run time::

    python -m enforcement.papers.make_fonts --fonts DIR --names courts.csv [more.txt …]

``DIR`` holds ``NotoSerifCJK-Regular.ttc``, ``NotoSerifCJK-Bold.ttc`` and ``NotoSansCJK-Bold.ttc``.
Every character of the ``--names`` files is taken into all three subsets.

The families are renamed, although the licence reserves no name: a subset that keeps the name of
the full font would be mixed up with it on a machine that has both, and "Noto" is a trademark.
Each face is a family of its own, because the chain falls back from family to family, never from
one weight to another within a family: a rare name in a title then comes from the Regular.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

HERE = Path(__file__).parent / "fonts"

# Characters of personal and place names outside GB 2312 that courts meet.
RARE = (
    "鄠硚埇猇浉沚瀍喆堃燚犇翀旻昇淼垚囍晟珺昊垚翊赟龑彧玥琰瑄璟璐祎禛翙旸昶晞暐曈煊煜熠烜燊炜"
    "焜甯甦畯皞皓睿瞾磾祺穎竑笪筠綦缃羑羿翛翯聿腾芃芊苡茜荃荻莘莙菡萱葳蒨蓁蔻薷蘅虢袆裎覃訚諠"
    "譞贇軏輋轸迦迮逄邗邰邳郯郸鄄鄚鄞鄢鄱酆釂鈊鈜鉴銎鋆錡鍂鎏鎔鏐鏵鑅鑫钊钐钘钰钶铄铖铠锜锟锳镕"
    "镠镡镬闫阚陉隗隰雒雠霂霏靓靖鞠韡韫頔颀颉颋飏飚餗馗骁骉骞骕骢髙髹鬲魏鱻鲲鳇鳌鳯鸂鸾鹮麐麓黟"
    "黎黾鼐齊龢龘㑇㙦㛃㛚㧑㬚㬎㮾㸆㺀㽏䌹䎃䏝䓖䓛䗖䗛䜣䝙䢺䣘䥽䨱䮄䲟䴓䴔䴖䴗䴘䴙䶮𠅤𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽"
    "𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀𫍟𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧𫗴𫘜𫘝𫘦𫘧"
    "𫘨𫘪𫘬𫚕𫚖𫚭𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽"
    "𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓"
)

SIGNS = (
    range(0x20, 0x7F),  # Latin
    range(0xA0, 0x180),
    range(0x2010, 0x2040),  # dashes, quotation marks, ellipsis, per mille
    range(0x20A0, 0x20C0),
    range(0x2100, 0x2190),  # ℃ № Roman numbers
    range(0x2190, 0x21A0),
    range(0x2200, 0x2280),
    range(0x2460, 0x2600),  # circled numbers, box drawing, blocks, □ ■ ▲ ○ ●
    range(0x2605, 0x2607),
    range(0x2610, 0x2612),
    (0x2611, 0x2612, 0x2713, 0x2714, 0x2715, 0x2716),
    range(0x3000, 0x3020),  # 〇 〈〉《》「」〔〕〓
    range(0x3220, 0x3250),
    range(0x3280, 0x32C0),
    range(0x3380, 0x33E0),  # ㎡ ㎏
    range(0xFE30, 0xFE50),
    range(0xFF01, 0xFFF0),
)


@dataclass(frozen=True)
class Wanted:
    """One subset to make: which face of which file, under which name, with how much of Han."""

    source: str
    face: str
    family: str
    style: str
    target: str
    whole: bool


WANTED = (
    Wanted(
        "NotoSerifCJK-Regular.ttc",
        "Noto Serif CJK SC",
        "Court Papers Song SC",
        "Regular",
        "CourtPapersSongSC-Regular.otf",
        whole=True,
    ),
    Wanted(
        "NotoSerifCJK-Bold.ttc",
        "Noto Serif CJK SC",
        "Court Papers Title SC",
        "Bold",
        "CourtPapersTitleSC-Bold.otf",
        whole=False,
    ),
    Wanted(
        "NotoSansCJK-Bold.ttc",
        "Noto Sans CJK SC",
        "Court Papers Hei SC",
        "Bold",
        "CourtPapersHeiSC-Bold.otf",
        whole=False,
    ),
)


def gb2312() -> Iterator[int]:
    """Code points of GB 2312-80: 6 763 characters and the signs of its first rows."""
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield ord(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue


def characters(names: Iterable[Path], *, whole: bool) -> set[int]:
    """The code points of one subset.

    Args:
        names: UTF-8 files whose every character must be in.
        whole: take the whole CJK Unified block 4E00–9FFF, the compatibility ideographs, the
            radicals that text copied from PDFs carries, and the planes beyond the first one.
    """
    wanted = set(gb2312()) | {ord(c) for c in RARE}
    for signs in SIGNS:
        wanted.update(signs)
    for path in names:
        wanted.update(ord(c) for c in path.read_text(encoding="utf-8-sig"))
    if whole:
        for block in (range(0x2E80, 0x2FE0), range(0x4E00, 0xA000), range(0xF900, 0xFB00)):
            wanted.update(block)
        wanted.update(range(0x20000, 0x33480))
    return wanted


def face_number(path: Path, family: str) -> int:
    """Index of ``family`` in the collection at ``path``; ValueError when it is not there."""
    with TTCollection(str(path), lazy=True) as collection:
        for index, font in enumerate(collection.fonts):
            if font["name"].getDebugName(1) == family:
                return index
    raise ValueError(f"{path} has no face named {family}")


def rename(font: TTFont, wanted: Wanted) -> None:
    """Give the subset its own names; copyright, designer and licence entries stay."""
    table = font["name"]
    full = wanted.family if wanted.style == "Regular" else f"{wanted.family} {wanted.style}"
    postscript = wanted.target.removesuffix(".otf")
    version = table.getDebugName(5)
    names = {
        1: wanted.family,
        2: wanted.style,
        3: f"{version};{postscript}",
        4: full,
        6: postscript,
    }
    # Localised names (Chinese, Japanese) would still carry the old family.
    table.names = [n for n in table.names if n.nameID in (0, 7, 8, 9, 10, 13, 14)]
    for number, text in names.items():
        table.setName(text, number, 3, 1, 0x409)
    table.setName(f"{version}; subset of {wanted.face}", 5, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = full, wanted.family


def make(wanted: Wanted, fonts: Path, names: Iterable[Path], out: Path) -> Path:
    """Write one subset into ``out`` and return its path."""
    options = subset.Options()
    options.layout_features = []
    options.notdef_outline = True
    options.hinting = False
    options.name_IDs = ["*"]
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]
    source = fonts / wanted.source
    font = TTFont(
        str(source),
        fontNumber=face_number(source, wanted.face),
        lazy=True,
        recalcTimestamp=False,
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters(names, whole=wanted.whole))
    subsetter.subset(font)
    rename(font, wanted)
    target = out / wanted.target
    font.save(str(target))
    return target


def main() -> None:
    """Read the command line, make every subset, print the sizes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fonts", type=Path, required=True, help="folder of the full Noto fonts")
    parser.add_argument("--names", type=Path, nargs="*", default=[], help="files with names")
    parser.add_argument("--out", type=Path, default=HERE)
    chosen = parser.parse_args()
    for wanted in WANTED:
        made = make(wanted, chosen.fonts, chosen.names, chosen.out)
        print(f"{made.name} {made.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
