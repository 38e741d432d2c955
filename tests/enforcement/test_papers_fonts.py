"""Fonts of the papers: what is shipped, which family comes first, what no font has."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont

from enforcement.papers import make_fonts
from enforcement.papers.fonts import ROLES, SHIPPED_DIR, SONG, check, load_fonts

RARE = "鄠硚埇猇浉沚瀍喆堃燚犇翀旻昇淼垚囍"
COURTS = Path(make_fonts.__file__).resolve().parents[1] / "data" / "courts.csv"


@pytest.fixture(scope="module")
def shipped():
    """The fonts of a machine that has none of its own."""
    return load_fonts([], system=False)


@pytest.fixture(scope="module")
def poor_fangsong(tmp_path_factory) -> Path:
    """A folder with a 仿宋 that has twelve characters, as a court might install a poor font."""
    folder = tmp_path_factory.mktemp("fonts")
    font = TTFont(SHIPPED_DIR / "CourtPapersHeiSC-Bold.otf")
    subsetter = subset.Subsetter()
    subsetter.populate(text="西安市区人民法院执行函。")
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = "FandolFang"
    font["OS/2"].usWeightClass = 400
    font.save(folder / "fang.otf")
    return folder


class TestShipped:
    def test_the_folder_stays_small_and_carries_its_licence(self) -> None:
        assert sum(path.stat().st_size for path in SHIPPED_DIR.iterdir()) < 12_500_000
        assert "SIL OPEN FONT LICENSE" in (SHIPPED_DIR / "OFL.txt").read_text(encoding="utf-8")

    def test_every_role_has_a_family_without_system_fonts(self, shipped) -> None:
        assert set(shipped.chains) == set(ROLES)
        for chain in shipped.chains.values():
            assert chain.families[-1] == SONG

    def test_the_whole_unified_block_is_there(self, shipped) -> None:
        block = "".join(map(chr, range(0x4E00, 0x9FA6)))
        assert check(block, shipped.chains["body"]) == []

    @pytest.mark.parametrize("role", ROLES)
    def test_rare_names_and_punctuation_are_there(self, shipped, role) -> None:
        signs = "〔2026〕（）《》〈〉“”‘’，。；：！？、…—·①⑩□■√〇％￥℃㎡"
        assert check(RARE + signs, shipped.chains[role]) == []

    def test_every_character_of_the_court_names_is_in_every_face(self, shipped) -> None:
        names = COURTS.read_text(encoding="utf-8-sig")
        for chain in shipped.chains.values():
            first = chain.faces[0]
            assert [
                c for c in dict.fromkeys(names) if c not in "\r\n" and not first.covers(c)
            ] == []

    def test_registered_names_beyond_the_first_plane_are_there(self, shipped) -> None:
        assert check("𠅤𬱖𬭎𫖯㛃䶮", shipped.chains["body"]) == []


class TestCheck:
    def test_what_no_font_has_is_listed_once_in_order(self, shipped) -> None:
        assert check("甲😀乙\U000323af😀", shipped.chains["body"]) == ["😀", "\U000323af"]

    def test_several_texts_may_be_checked_together(self, shipped) -> None:
        assert check(["甲😀", "😀乙"], shipped.chains["body"]) == ["😀"]

    def test_private_characters_are_never_trusted(self, shipped) -> None:
        assert check("\ue000\U000f0000", shipped.chains["body"]) == ["\ue000", "\U000f0000"]


class TestChoice:
    def test_a_better_family_comes_first_and_the_shipped_one_fills_its_gaps(
        self, poor_fangsong
    ) -> None:
        chain = load_fonts([poor_fangsong], system=False).chains["body"]
        assert chain.families[:2] == ("FandolFang", SONG)
        assert chain.faces[0].covers("法")
        assert not chain.faces[0].covers("鄠")
        assert check("法鄠", chain) == []

    def test_it_is_not_taken_for_another_role(self, poor_fangsong) -> None:
        chain = load_fonts([poor_fangsong], system=False).chains["title"]
        assert chain.families[0] != "FandolFang"

    def test_the_folders_come_from_the_environment(self, poor_fangsong, monkeypatch) -> None:
        monkeypatch.setenv("PAPER_FONT_DIRS", str(poor_fangsong))
        monkeypatch.setenv("PAPER_SYSTEM_FONTS", "0")
        assert load_fonts().chains["body"].families[0] == "FandolFang"

    def test_a_folder_that_is_not_there_is_an_error(self) -> None:
        with pytest.raises(FileNotFoundError):
            load_fonts(["/no/such/folder"], system=False)


class TestMaking:
    def test_the_character_set_holds_gb2312_and_the_names_given(self, tmp_path) -> None:
        names = tmp_path / "names.txt"
        names.write_text("𠮷", encoding="utf-8")
        chosen = make_fonts.characters([names], whole=False)
        assert {ord(c) for c in "啊鄠𠮷〔①"} <= chosen
        assert ord("丂") not in chosen
        assert ord("丂") in make_fonts.characters([], whole=True)
        assert sum(0x4E00 <= c < 0xA000 for c in make_fonts.gb2312()) == 6763

    def test_a_subset_is_renamed_and_keeps_its_copyright(self, tmp_path) -> None:
        font = TTFont(SHIPPED_DIR / "CourtPapersHeiSC-Bold.otf")
        make_fonts.rename(font, make_fonts.WANTED[2])
        assert font["name"].getDebugName(1) == "Court Papers Hei SC"
        assert "Adobe" in font["name"].getDebugName(0)
        assert "Open Font License" in font["name"].getDebugName(13)
        assert "Noto" not in font["CFF "].cff.fontNames[0]
