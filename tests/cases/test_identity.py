"""Identity numbers, credit codes and phones: what is right passes, each fault has its refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.identity import (
    FICTIONAL_PLACE,
    check_character,
    check_credit_code,
    check_phone,
    check_resident_number,
    credit_check_character,
    fictional_credit_code,
    fictional_identity,
    fictional_phone,
    normalise,
)
from enforcement.errors import Invalid

TODAY = date(2026, 11, 23)
# The number by which explanations of GB 11643-1999 show the arithmetic; it names nobody.
EXAMPLE = "11010519491231002X"


def refusal(check: Callable[..., str], *args: object) -> Invalid:
    """Return the refusal of a check that must refuse."""
    with pytest.raises(Invalid) as caught:
        check(*args)
    return caught.value


def numbered(place: str, born: str, order: str = "001") -> str:
    """Return a number with a right check character."""
    body = place + born + order
    return body + check_character(body)


class TestResidentNumber:
    @pytest.mark.parametrize(
        "written",
        [
            EXAMPLE,
            EXAMPLE.lower(),
            " 110105 19491231 002x ",
            "１１０１０５１９４９１２３１００２Ｘ",
        ],
    )
    def test_a_right_number_is_stored_one_way(self, written: str) -> None:
        assert check_resident_number(written, TODAY) == EXAMPLE

    @pytest.mark.parametrize(
        ("number", "code"),
        [
            ("", "identity.empty"),
            ("  ", "identity.empty"),
            ("110105491231002", "identity.old_15"),
            (EXAMPLE[:17], "identity.length"),
            (EXAMPLE + "1", "identity.length"),
            ("X" + EXAMPLE[1:], "identity.characters"),
            (EXAMPLE[:17] + "Y", "identity.characters"),
            ("٣" + EXAMPLE[1:], "identity.characters"),
            (numbered("990105", "19491231"), "identity.region"),
            (numbered("000105", "19491231"), "identity.region"),
            (numbered("110105", "19490230"), "identity.birthday"),
            (numbered("110105", "19491301"), "identity.birthday"),
            (numbered("110105", "18001231"), "identity.birthday"),
            (numbered("110105", "20261124"), "identity.future"),
            (EXAMPLE[:17] + "1", "identity.check"),
        ],
    )
    def test_each_fault_has_its_own_refusal(self, number: str, code: str) -> None:
        wrong = refusal(check_resident_number, number, TODAY)
        assert (wrong.code, wrong.status, wrong.field) == (code, 400, "id_number")

    def test_somebody_born_today_has_a_right_number(self) -> None:
        number = numbered("110105", "20261123")
        assert check_resident_number(number, TODAY) == number

    def test_the_refusal_does_not_repeat_the_number(self) -> None:
        assert EXAMPLE[:17] not in refusal(check_resident_number, EXAMPLE[:17] + "1", TODAY).message

    @given(st.integers(0, 16), st.integers(1, 9))
    def test_one_wrong_digit_never_passes(self, place: int, shift: int) -> None:
        digit = str((int(EXAMPLE[place]) + shift) % 10)
        assert refusal(check_resident_number, EXAMPLE[:place] + digit + EXAMPLE[place + 1 :], TODAY)

    @given(st.integers(0, 15))
    def test_two_digits_in_the_wrong_order_never_pass(self, place: int) -> None:
        swapped = EXAMPLE[:place] + EXAMPLE[place + 1] + EXAMPLE[place] + EXAMPLE[place + 2 :]
        if swapped != EXAMPLE:
            assert refusal(check_resident_number, swapped, TODAY)


class TestCreditCode:
    RIGHT = "91610000FXX000001" + credit_check_character("91610000FXX000001")

    def test_a_right_code_is_stored_one_way(self) -> None:
        assert check_credit_code(self.RIGHT.lower()) == self.RIGHT
        assert check_credit_code(f" {self.RIGHT[:8]} {self.RIGHT[8:]}") == self.RIGHT

    @pytest.mark.parametrize(
        ("code", "refused"),
        [
            ("", "credit_code.empty"),
            (RIGHT[:17], "credit_code.length"),
            (RIGHT.replace("FXX", "FXI"), "credit_code.characters"),
            (RIGHT[:2] + "A" + RIGHT[3:], "credit_code.characters"),
            (RIGHT.replace("000001", "000002"), "credit_code.check"),
        ],
    )
    def test_each_fault_has_its_own_refusal(self, code: str, refused: str) -> None:
        assert refusal(check_credit_code, code).code == refused

    @pytest.mark.parametrize("code", ["914403001922038216", "9144030071526726XG"])
    def test_codes_published_by_companies_pass(self, code: str) -> None:
        assert check_credit_code(code) == code


class TestPhone:
    @pytest.mark.parametrize(
        ("written", "stored"),
        [
            ("13812341234", "13812341234"),
            ("138 1234 1234", "13812341234"),
            ("138-1234-1234", "13812341234"),
            ("+86 138 1234 1234", "13812341234"),
            ("0086-13812341234", "13812341234"),
            ("１３８１２３４１２３４", "13812341234"),
            ("0914-2312345", "0914-2312345"),
            ("（029）87654321", "029-87654321"),
            ("029－87654321转123", "029-87654321-123"),
            ("12368", "12368"),
            ("400-800-1234", "400-800-1234"),
        ],
    )
    def test_what_people_write_is_read(self, written: str, stored: str) -> None:
        assert check_phone(written) == stored

    @pytest.mark.parametrize(
        "written", ["1381234123", "12812341234", "138123412345", "2312345", "电话", "0914-231"]
    )
    def test_what_is_no_number_is_refused(self, written: str) -> None:
        wrong = refusal(check_phone, written)
        assert (wrong.code, wrong.field) == ("phone.format", "phone")

    def test_nothing_is_refused_as_nothing(self) -> None:
        assert refusal(check_phone, " ").code == "phone.empty"


class TestFiction:
    @given(st.integers(0, 10**9))
    def test_a_fictional_person_passes_every_check_and_comes_from_no_county(
        self, seed: int
    ) -> None:
        number = fictional_identity(seed)
        assert check_resident_number(number, TODAY) == number
        assert number.startswith(FICTIONAL_PLACE)
        assert number == fictional_identity(seed)
        assert check_credit_code(fictional_credit_code(seed)) == fictional_credit_code(seed)
        assert check_phone(fictional_phone(seed)) == fictional_phone(seed)

    def test_different_people_have_different_numbers(self) -> None:
        assert len({fictional_identity(seed) for seed in range(500)}) == 500


def test_dashes_of_every_kind_become_one() -> None:
    assert normalise("０９１４—２３１２３４５ ") == "0914-2312345"
