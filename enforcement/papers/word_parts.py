"""Pieces of WordprocessingML that python-docx has no call for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from docx.document import Document as DocumentObject
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement
from docx.shared import Length
from docx.table import Table as WordTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run as WordRun

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip file can hold
# Parts of python-docx's template that say nothing about the paper: a preview picture, the name of
# the program and the styles of an older Word.
TRACES = ("/thumbnail", "/extended-properties", "/stylesWithEffects", "/customXml")


def element(tag: str, **attributes: object) -> Any:
    """``<w:tag w:name="value"/>``."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def replace_child(parent: Any, child: Any) -> None:
    """Put ``child`` into ``parent`` at the end, instead of one with the same tag."""
    for old in parent.findall(child.tag):
        parent.remove(old)
    parent.append(child)


def set_fonts(properties: Any, font: str) -> None:
    """Name ``font`` for Chinese and Latin text; the hint keeps quotation marks full-width."""
    fonts = element("rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font, hint="eastAsia")
    for old in properties.findall(fonts.tag):
        properties.remove(old)
    properties.insert(0, fonts)


def indent(paragraph: Paragraph, **characters: float) -> None:
    """Indents in characters: ``firstLine``, ``left``, ``right``, ``hanging``.

    Word follows the character values, other programs the twentieths of a point beside them.
    """
    made = element("ind")
    for name, count in characters.items():
        made.set(qn(f"w:{name}Chars"), str(round(count * 100)))
        made.set(qn(f"w:{name}"), str(round(count * 15.8 * 20)))
    replace_child(paragraph._p.get_or_add_pPr(), made)


def off_grid(paragraph: Paragraph) -> None:
    """Let the lines of ``paragraph`` follow its own pitch, not the page's."""
    replace_child(paragraph._p.get_or_add_pPr(), element("snapToGrid", val=0))


def borders(
    paragraph: Paragraph, *, space: int, red: bool = False, **sides: tuple[str, int]
) -> None:
    """Lines beside a paragraph: ``bottom=("single", 12)``.

    Args:
        space: whole points between text and line.
        sides: style and weight (eighths of a point) by side.
    """
    made = element("pBdr")
    colour = "E60012" if red else "000000"
    for side, (style, weight) in sides.items():
        made.append(element(side, val=style, sz=weight, space=space, color=colour))
    replace_child(paragraph._p.get_or_add_pPr(), made)


def sort_properties(root: Any) -> None:
    """Put the properties under ``root`` in the order that the schema asks for."""
    for tag, order in _ORDER.items():
        for properties in root.iter(qn(tag)):
            properties[:] = sorted(properties, key=lambda child: order.get(child.tag, 100))


def _places(names: str) -> dict[str, int]:
    return {qn(f"w:{name}"): place for place, name in enumerate(names.split())}


_ORDER = {
    "w:pPr": _places(
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers "
        "pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE "
        "autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents "
        "suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle "
        "rPr sectPr pPrChange"
    ),
    "w:rPr": _places(
        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint "
        "noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u "
        "effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath"
    ),
    "w:tblPr": _places(
        "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc "
        "tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook"
    ),
    "w:tcPr": _places(
        "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText "
        "vAlign hideMark"
    ),
}


def page_field(run: WordRun) -> None:
    """The number of the page, as a field."""
    for kind in ("begin", None, "separate", "text", "end"):
        if kind is None:
            instruction = element("instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = " PAGE "
            run._r.append(instruction)
        elif kind == "text":
            shown = element("t")
            shown.text = "1"
            run._r.append(shown)
        else:
            run._r.append(element("fldChar", fldCharType=kind))


def scale(run: WordRun, percent: int) -> None:
    """Set the characters narrower or wider."""
    replace_child(run._r.get_or_add_rPr(), element("w", val=percent))


def repeat_head(row: _Row) -> None:
    """Repeat ``row`` at the top of every page the table runs over."""
    row._tr.get_or_add_trPr().append(element("tblHeader"))


def keep_whole(row: _Row) -> None:
    """Do not break ``row`` across pages."""
    row._tr.get_or_add_trPr().append(element("cantSplit"))


def fix_widths(table: WordTable, widths: Sequence[Length]) -> None:
    """Set the column widths, in the grid and in every cell (programs read one or the other)."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def float_to_bottom(table: WordTable) -> None:
    """Let ``table`` stand at the bottom of the text block of its page (版记).

    A table and not framed paragraphs: LibreOffice drops the lines of paragraphs in a frame.
    """
    table._tbl.tblPr.append(
        element(
            "tblpPr",
            leftFromText=0,
            rightFromText=0,
            vertAnchor="margin",
            horzAnchor="margin",
            tblpXSpec="center",
            tblpYSpec="bottom",
        )
    )


def table_lines(table: WordTable, **weights: int) -> None:
    """Lines of a whole table in eighths of a point: ``top``, ``bottom``, ``insideH`` …"""
    made = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        weight = weights.get(side, 0)
        made.append(element(side, val="single" if weight else "nil", sz=weight, space=0))
    replace_child(table._tbl.tblPr, made)


def cell_margins(table: WordTable, width: Length) -> None:
    """Space left and right of the text in every cell."""
    margins = element("tblCellMar")
    for side in ("left", "right"):
        margins.append(element(side, w=round(width.pt * 20), type="dxa"))
    replace_child(table._tbl.tblPr, margins)


def shift_table(table: WordTable, width: Length) -> None:
    """Indent ``table`` from the left edge of the text."""
    replace_child(table._tbl.tblPr, element("tblInd", w=round(width.pt * 20), type="dxa"))


def cell_middle(cell: _Cell) -> None:
    """Centre the content of ``cell`` vertically."""
    cell._tc.get_or_add_tcPr().append(element("vAlign", val="center"))


def watermark(paragraph: Paragraph, text: str) -> None:
    """Word's own kind of watermark, anchored in a header paragraph."""
    shape = (
        f"<w:r {nsdecls('w')} xmlns:v='urn:schemas-microsoft-com:vml' "
        "xmlns:o='urn:schemas-microsoft-com:office:office'><w:pict>"
        "<v:shapetype id='_x0000_t136' coordsize='21600,21600' o:spt='136' adj='10800' "
        "path='m@7,l@8,m@5,21600l@6,21600e'><v:formulas><v:f eqn='sum #0 0 10800'/>"
        "<v:f eqn='prod #0 2 1'/><v:f eqn='sum 21600 0 @1'/><v:f eqn='sum 0 0 @2'/>"
        "<v:f eqn='sum 21600 0 @3'/><v:f eqn='if @0 @3 0'/><v:f eqn='if @0 21600 @1'/>"
        "<v:f eqn='if @0 0 @2'/><v:f eqn='if @0 @4 21600'/></v:formulas>"
        "<v:path textpathok='t' o:connecttype='rect'/><v:textpath on='t' fitshape='t'/>"
        "</v:shapetype><v:shape id='PowerPlusWaterMarkObject' type='#_x0000_t136' "
        "style='position:absolute;margin-left:0;margin-top:0;width:360pt;height:150pt;"
        "rotation:315;z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        "mso-position-vertical-relative:margin' o:allowincell='f' fillcolor='#d9d9d9' "
        f"stroked='f'><v:textpath style='font-family:宋体' string='{text}'/></v:shape>"
        "</w:pict></w:r>"
    )
    paragraph._p.append(parse_xml(shape))


def drop_template_traces(document: DocumentObject) -> None:
    """Remove what python-docx's template carries along (see ``TRACES``)."""
    for relations in (document.part.package.rels, document.part.rels):
        for key in [k for k, r in relations.items() if r.reltype.endswith(TRACES)]:
            relations.pop(key)


def repacked(document: DocumentObject) -> bytes:
    """The document as zip bytes that depend on its content only: fixed times, fixed order."""
    raw, packed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(packed, "w") as target:
        names = sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            target.writestr(entry, source.read(name))
    return packed.getvalue()
