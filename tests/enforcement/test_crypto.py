"""Personal data at rest: sealed, found by a blind index, shown with its middle hidden."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from enforcement.crypto import (
    EncryptedTextField,
    NotSealed,
    SealError,
    Secret,
    Tampered,
    UnknownKey,
    blind,
    mask_id,
    mask_name,
    mask_phone,
    open_sealed,
    seal,
)

NUMBER = "610000198001010018"


class TestSealing:
    @given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text(max_size=20))
    def test_what_is_sealed_opens_again_in_its_context(self, text: str, context: str) -> None:
        context = context.encode("utf-8", "ignore").decode()
        assert open_sealed(seal(text, context), context) == text

    def test_two_seals_of_one_text_differ_and_show_nothing_of_it(self) -> None:
        first, second = seal(NUMBER), seal(NUMBER)
        assert first != second
        assert NUMBER.encode() not in first

    def test_another_context_does_not_open_it(self) -> None:
        with pytest.raises(Tampered):
            open_sealed(seal(NUMBER, "party.id_number"), "party.phone")

    @pytest.mark.parametrize("place", [5, 16, 17, 30, -1])
    def test_one_changed_byte_is_noticed(self, place: int) -> None:
        blob = bytearray(seal(NUMBER))
        blob[place] ^= 1
        with pytest.raises(Tampered):
            open_sealed(bytes(blob))

    @pytest.mark.parametrize("blob", [b"", b"\x01", b"\x02" * 60, NUMBER.encode() * 3])
    def test_bytes_that_are_no_seal_are_refused(self, blob: bytes) -> None:
        with pytest.raises(NotSealed):
            open_sealed(blob)

    def test_an_old_key_still_opens_and_the_newest_one_seals(self, settings: Any) -> None:
        settings.DATA_KEYS = ["old"]
        old = seal(NUMBER)
        settings.DATA_KEYS = ["new", "old"]
        assert open_sealed(old) == NUMBER
        assert seal(NUMBER)[1:5] != old[1:5]

    def test_a_key_that_is_gone_is_named_without_the_text(self, settings: Any) -> None:
        settings.DATA_KEYS = ["old"]
        old = seal(NUMBER)
        settings.DATA_KEYS = ["new"]
        with pytest.raises(UnknownKey, match="DATA_KEYS_OLD") as caught:
            open_sealed(old)
        assert NUMBER not in str(caught.value)
        assert "old" not in str(caught.value).replace("DATA_KEYS_OLD", "")

    def test_every_fault_is_one_kind_of_error(self) -> None:
        assert issubclass(Tampered, SealError)
        assert issubclass(UnknownKey, SealError)
        assert issubclass(NotSealed, SealError)


class TestBlindIndex:
    def test_width_case_and_blanks_do_not_count(self) -> None:
        assert blind("61010x") == blind(" ６１０ １０Ｘ ")
        assert len(blind("61010x")) == 64

    def test_another_value_context_or_key_gives_another_index(self, settings: Any) -> None:
        found = {blind("a"), blind("b"), blind("a", "party.phone")}
        settings.INDEX_KEY = "another"
        assert len(found | {blind("a")}) == 4


class TestMasks:
    def test_an_identity_number_keeps_its_ends(self) -> None:
        shown = mask_id(NUMBER)
        assert len(shown) == 18
        assert shown.endswith("0018")
        assert "19800101" not in shown

    @pytest.mark.parametrize(
        ("number", "shown"),
        [
            ("13812341234", "138****1234"),
            ("0914-2312345", "0914******45"),
            ("12368", "*****"),
            ("", ""),
        ],
    )
    def test_a_phone_number_keeps_its_ends(self, number: str, shown: str) -> None:
        assert mask_phone(number) == shown

    def test_a_name_keeps_its_surname(self) -> None:
        assert mask_name("张三丰") == "张某某"


with isolate_apps("enforcement"):  # a real registry would want a migration

    class Sealed(models.Model):
        """A table with sealed columns; it lives for the time of a test."""

        text = EncryptedTextField(context="tests.sealed", blank=True)
        spare = EncryptedTextField(context="tests.spare", null=True)  # type: ignore[misc]

        objects = models.Manager["Sealed"]()

        class Meta:
            app_label = "enforcement"

        def __str__(self) -> str:
            return f"sealed {self.pk}"


@pytest.fixture
def table(db: None) -> None:
    """Make the table; it goes with the test's transaction."""
    with connection.schema_editor() as editor:
        editor.create_model(Sealed)


@pytest.mark.usefixtures("table")
class TestField:
    def raw(self, column: str = "text") -> bytes | None:
        """Return what the database really holds."""
        with connection.cursor() as cursor:
            # our own table
            cursor.execute(f"SELECT {column} FROM {Sealed._meta.db_table}")  # noqa: S608
            value = cursor.fetchone()[0]
        return value if value is None else bytes(value)

    def test_text_is_plain_on_the_instance_and_sealed_in_the_database(self) -> None:
        row = Sealed.objects.create(text=NUMBER)
        assert Sealed.objects.get(pk=row.pk).text == NUMBER
        blob = self.raw()
        assert blob is not None
        assert NUMBER.encode() not in blob
        assert open_sealed(blob, "tests.sealed") == NUMBER

    def test_nothing_stays_nothing_and_no_text_stays_empty_text(self) -> None:
        Sealed.objects.create()
        row = Sealed.objects.get()
        assert (row.text, row.spare) == ("", None)
        assert self.raw("spare") is None
        assert Sealed.objects.filter(spare__isnull=True).exists()

    def test_update_and_bulk_writing_seal_too(self) -> None:
        Sealed.objects.bulk_create([Sealed(text="a")])
        Sealed.objects.update(text=NUMBER)
        assert open_sealed(self.raw() or b"", "tests.sealed") == NUMBER

    def test_it_does_not_show_in_traces(self) -> None:
        Sealed.objects.create(text=NUMBER)
        for row in (Sealed(text=NUMBER), Sealed.objects.get(), Sealed.objects.defer("text").get()):
            assert row.text == NUMBER
            assert NUMBER not in repr([row.text, vars(row)])

    def test_it_cannot_be_searched(self) -> None:
        with pytest.raises(FieldError, match="blind index"):
            Sealed.objects.filter(text=NUMBER)
        with pytest.raises(FieldError, match="blind index"):
            Sealed.objects.filter(text__contains="6100")

    def test_a_dump_holds_the_seal_and_can_be_read_back(self) -> None:
        field = Sealed._meta.get_field("text")
        dumped = field.value_to_string(Sealed(text=NUMBER))
        assert dumped.startswith("sealed:")
        assert NUMBER not in dumped
        assert field.to_python(dumped) == NUMBER

    def test_a_form_takes_and_gives_plain_text(self) -> None:
        field = Sealed._meta.get_field("text")
        assert field.clean(NUMBER, None) == NUMBER
        assert field.clean("", None) == ""

    def test_a_migration_keeps_the_context(self) -> None:
        _, path, _, kwargs = Sealed._meta.get_field("text").deconstruct()
        assert path == "enforcement.crypto.EncryptedTextField"
        assert kwargs["context"] == "tests.sealed"


def test_a_secret_is_text_in_every_other_way() -> None:
    secret = Secret(NUMBER)
    assert f"{secret}" == str(secret) == NUMBER
    assert pickle.loads(pickle.dumps(secret)) == NUMBER  # noqa: S301 - what was just packed
    assert repr(secret) == "'***'"
