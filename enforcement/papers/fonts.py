"""Which fonts a paper is set in, and whether they have every character of it.

Five roles: ``title`` 小标宋, ``body`` 仿宋, ``kai`` 楷体, ``hei`` 黑体, ``song`` 宋体. For each
role the families that are present are taken in the order of ``PREFERRED``, then the shipped subset,
then everything in the court's own folders. A character is set in the first family that has it;
one that no family has is found by ``check`` before rendering and never printed as an empty box.

Folders come from the argument or from the environment:

- ``PAPER_FONT_DIRS``: folders (separated as in PATH) with the court's licensed fonts.
- ``PAPER_SYSTEM_FONTS=0``: do not look at the fonts of the operating system.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

SHIPPED_DIR = Path(__file__).parent / "fonts"
SONG, TITLE, HEI = "Court Papers Song SC", "Court Papers Title SC", "Court Papers Hei SC"

ROLES = ("title", "body", "kai", "hei", "song")

# Better fonts, best first: those GB/T 9704 offices buy, then Windows, macOS, free ones.
PREFERRED: dict[str, tuple[str, ...]] = {
    "title": (
        "方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "FZXiaoBiaoSong-B05",
        "华文中宋", "STZhongsong",
    ),
    "body": (
        "仿宋_GB2312", "FangSong_GB2312", "方正仿宋_GBK", "FZFangSong-Z02", "方正仿宋简体",
        "FZFangSong-Z02S", "仿宋", "FangSong", "华文仿宋", "STFangsong", "FandolFang",
    ),
    "kai": (
        "楷体_GB2312", "KaiTi_GB2312", "方正楷体_GBK", "FZKai-Z03", "方正楷体简体", "FZKai-Z03S",
        "楷体", "KaiTi", "华文楷体", "STKaiti", "FandolKai", "AR PL UKai CN", "AR PL KaitiM GB",
    ),
    "hei": (
        "方正黑体_GBK", "FZHei-B01", "方正黑体简体", "FZHei-B01S", "黑体", "SimHei", "STHeiti",
    ),
    "song": ("方正书宋_GBK", "FZShuSong-Z01", "宋体", "SimSun", "华文宋体", "STSong"),
}  # fmt: skip

SHIPPED: dict[str, tuple[str, ...]] = {
    "title": (TITLE, SONG),
    "body": (SONG,),
    "kai": (SONG,),
    "hei": (HEI, SONG),
    "song": (SONG,),
}

# Wide fonts that may fill a gap of the shipped one, wherever they are installed.
WIDE = ("Noto Serif CJK SC", "Noto Sans CJK SC", "SimSun-ExtB", "SimSun-ExtG", "HanaMinB")

WEIGHT = {"title": 400, "body": 400, "kai": 400, "hei": 700, "song": 400}

# Private use: the same code is another character in each font, so it can never be trusted.
PRIVATE = (range(0xE000, 0xF900), range(0xF0000, 0x110000))
BLANK = frozenset(" \n\u3000")


@dataclass(frozen=True)
class Face:
    """One font face: family name, weight (100–900), file, and place in a collection."""

    family: str
    weight: int
    path: str
    index: int

    def covers(self, character: str) -> bool:
        """Whether the face has a glyph for ``character``."""
        return ord(character) in _code_points(self.path, self.index)


@dataclass(frozen=True)
class Chain:
    """The faces of one role, best first."""

    role: str
    faces: tuple[Face, ...]

    @property
    def families(self) -> tuple[str, ...]:
        """Family names for the renderer."""
        return tuple(face.family for face in self.faces)

    def covers(self, character: str) -> bool:
        """Whether any face has ``character``; private-use characters count as not had."""
        if any(ord(character) in block for block in PRIVATE):
            return False
        return character in BLANK or any(face.covers(character) for face in self.faces)


@dataclass(frozen=True)
class FontSet:
    """The fonts found in some folders; make it with ``load_fonts``."""

    typst_fonts: typst.Fonts
    chains: dict[str, Chain]

    def families(self) -> dict[str, tuple[str, ...]]:
        """Role → family names, for the renderer."""
        return {role: chain.families for role, chain in self.chains.items()}


def load_fonts(
    directories: Sequence[str | Path] | None = None, *, system: bool | None = None
) -> FontSet:
    """The fonts of the given folders, of the system and of the package, scanned once.

    Args:
        directories: folders with better fonts; default ``PAPER_FONT_DIRS``.
        system: look at the fonts of the operating system; default yes unless
            ``PAPER_SYSTEM_FONTS`` is ``0``.

    Raises:
        FileNotFoundError: a folder does not exist (a typing error would otherwise go unseen).
    """
    if directories is None:
        directories = [d for d in os.environ.get("PAPER_FONT_DIRS", "").split(os.pathsep) if d]
    if system is None:
        system = os.environ.get("PAPER_SYSTEM_FONTS", "1") != "0"
    folders = tuple(str(Path(d).expanduser().resolve(strict=True)) for d in directories)
    return _scan(folders, system)


@lru_cache(maxsize=8)
def _scan(folders: tuple[str, ...], system: bool) -> FontSet:
    found = typst.Fonts(
        include_system_fonts=system,
        include_embedded_fonts=False,
        font_paths=[*folders, str(SHIPPED_DIR)],
    )
    faces = [
        Face(info.family, info.weight, info.path, info.index)
        for info in found.fonts()
        if info.path and info.style == "normal"
    ]
    own = sorted({f.family for f in faces if f.path.startswith(folders)} if folders else ())
    return FontSet(found, {role: _chain(role, faces, own) for role in ROLES})


def _chain(role: str, faces: list[Face], own: list[str]) -> Chain:
    """The chain of ``role``: preferred, shipped, wide, then all families of the own folders."""
    order = dict.fromkeys((*PREFERRED[role], *SHIPPED[role], *WIDE, *own))
    nearest: dict[str, Face] = {}
    for face in faces:
        best = nearest.get(face.family)
        if best is None or _distance(role, face) < _distance(role, best):
            nearest[face.family] = face
    return Chain(role, tuple(nearest[family] for family in order if family in nearest))


def _distance(role: str, face: Face) -> tuple[int, str, int]:
    return abs(face.weight - WEIGHT[role]), face.path, face.index


@lru_cache(maxsize=64)
def _code_points(path: str, index: int) -> frozenset[int]:
    """Code points the face maps to a glyph; read once per file."""
    with TTFont(path, fontNumber=index, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


def check(text: str | Iterable[str], chain: Chain) -> list[str]:
    """Characters of ``text`` that no face of ``chain`` has, each once, in order of appearance."""
    seen = dict.fromkeys(character for piece in text for character in piece)
    return [character for character in seen if not chain.covers(character)]
