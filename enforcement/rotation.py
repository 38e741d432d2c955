"""Changing keys (更换密钥): every sealed value under the newest key, every blind index too.

Each value names its key, so what is done is known from the rows themselves: a run that was
interrupted goes on where rows are still old, two runs at once or one after the other change
nothing twice, and old and new rows are readable all the time.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from enforcement.crypto import (
    EncryptedTextField,
    SealError,
    blind,
    key_id,
    key_of,
    open_sealed,
    seal,
)
from enforcement.signin.adapter import SECRET

#: Called after each committed batch with the words for the operator.
Told = Callable[[str], None]
#: Names under which allauth keeps sealed secrets of a second factor.
FACTOR_SECRETS = ("secret", "seed")


class Column(NamedTuple):
    """One column of sealed values."""

    model: type[models.Model]
    field: EncryptedTextField

    @property
    def name(self) -> str:
        """Return table and column."""
        return f"{self.model._meta.db_table}.{self.field.column}"


@dataclass(frozen=True)
class Index:
    """One blind index: the sealed field it is made from, and where it is kept."""

    model: type[models.Model]
    sealed: str
    kept: str
    normalise: Callable[[str], str] = str
    context: str = ""


@dataclass
class Rotated:
    """What a run did.

    Attributes:
        sealed: values sealed anew, by column.
        indexed: blind indexes made anew, by column.
        sick: (column, primary key) of values that no configured key opens.
    """

    sealed: Counter[str] = field(default_factory=Counter)
    indexed: Counter[str] = field(default_factory=Counter)
    sick: list[tuple[str, int]] = field(default_factory=list)


_indexes: list[Index] = []


def register_index(index: Index) -> None:
    """Name a blind index; called from an app's ``ready()``."""
    if index not in _indexes:
        _indexes.append(index)


def columns() -> list[Column]:
    """Return every column of sealed values there is."""
    return [
        Column(model, known)
        for model in apps.get_models()
        for known in model._meta.concrete_fields
        if isinstance(known, EncryptedTextField)
    ]


def rotate(*, batch: int = 2000, told: Told = lambda words: None) -> Rotated:
    """Seal every value with the newest key, and make every blind index with the present one."""
    done = Rotated()
    for column in columns():
        _seal_column(column, batch, done, told)
    _seal_factors(done)
    for index in _indexes:
        _make_index(index, batch, done, told)
    return done


def count_keys() -> dict[str, Counter[str]]:
    """Return how many values of each column are sealed with which key, by the key's id."""
    found: dict[str, Counter[str]] = {}
    for column in columns():
        table, name = _quoted(column.model, column.field)
        with connection.cursor() as cursor:
            cursor.execute(
                # names of our own models
                f"SELECT encode(substring({name} FROM 2 FOR 4), 'hex'), count(*)"  # noqa: S608
                f" FROM {table} WHERE {name} IS NOT NULL GROUP BY 1"
            )
            found[column.name] = Counter(dict(cursor.fetchall()))
    factors = found.setdefault("mfa_authenticator.data", Counter())
    for row in Authenticator.objects.iterator():
        factors.update(key_of(blob).hex() for _, blob in _factor_secrets(row))
    return found


def newest() -> str:
    """Return the id of the key that seals now, as the counts name it."""
    return key_id(settings.DATA_KEYS[0]).hex()


# -- sealed values ------------------------------------------------------------------------------


def _seal_column(column: Column, batch: int, done: Rotated, told: Told) -> None:
    after = 0
    while True:
        with transaction.atomic():
            rows = _old_rows(column, after, batch)
            fresh = list(_sealed_anew(column, rows, done))
            _write(column.model, column.field, fresh, "bytea")
        if not rows:
            return
        after = rows[-1][0]
        done.sealed[column.name] += len(fresh)
        told(f"{column.name}：已换 {done.sealed[column.name]:,}，到第 {after} 行")


def _old_rows(column: Column, after: int, batch: int) -> list[tuple[int, bytes]]:
    """Return the next rows under another key, locked so that no writer is overwritten."""
    table, name = _quoted(column.model, column.field)
    pk = connection.ops.quote_name(_pk(column.model))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {pk}, {name} FROM {table}"  # noqa: S608 - names of our own models
            f" WHERE {pk} > %s AND substring({name} FROM 2 FOR 4) <> %s"
            f" ORDER BY {pk} LIMIT %s FOR NO KEY UPDATE",
            [after, key_id(settings.DATA_KEYS[0]), batch],
        )
        return [(row[0], bytes(row[1])) for row in cursor.fetchall()]


def _sealed_anew(
    column: Column, rows: list[tuple[int, bytes]], done: Rotated
) -> Iterator[tuple[int, bytes]]:
    for pk, blob in rows:
        try:
            yield pk, seal(open_sealed(blob, column.field.context), column.field.context)
        except SealError:
            done.sick.append((column.name, pk))


def _write(
    model: type[models.Model], known: models.Field[Any, Any], rows: list[tuple[int, Any]], kind: str
) -> None:
    """Write new values of one column in one statement."""
    if not rows:
        return
    table, name = _quoted(model, known)
    pk = connection.ops.quote_name(_pk(model))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {name} = v.value"  # noqa: S608 - names of our own models
            f" FROM unnest(%s::bigint[], %s::{kind}[]) AS v(id, value) WHERE t.{pk} = v.id",
            [[row[0] for row in rows], [row[1] for row in rows]],
        )


def _quoted(model: type[models.Model], known: models.Field[Any, Any]) -> tuple[str, str]:
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), quote(known.column or "")


def _pk(model: type[models.Model]) -> str:
    column = model._meta.pk.column if model._meta.pk is not None else ""
    return column or "id"


# -- second factors -----------------------------------------------------------------------------


def _factor_secrets(row: Authenticator) -> list[tuple[str, bytes]]:
    """Return the sealed secrets of a second factor by name."""
    kept = {name: row.data[name] for name in FACTOR_SECRETS if row.data.get(name)}
    return [(name, base64.b64decode(text)) for name, text in kept.items()]


def _seal_factors(done: Rotated) -> None:
    """Seal the secrets of second factors anew, each row under its lock: they count uses."""
    present = key_id(settings.DATA_KEYS[0])
    for pk in Authenticator.objects.values_list("pk", flat=True).order_by("pk"):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            old = [s for s in (_factor_secrets(row) if row else []) if key_of(s[1]) != present]
            if row is None or not old:
                continue
            try:
                fresh = {name: seal(open_sealed(blob, SECRET), SECRET) for name, blob in old}
            except SealError:
                done.sick.append(("mfa_authenticator.data", pk))
                continue
            row.data |= {name: base64.b64encode(blob).decode() for name, blob in fresh.items()}
            row.save(update_fields=["data"])
            done.sealed["mfa_authenticator.data"] += len(fresh)


# -- blind indexes ------------------------------------------------------------------------------


def _make_index(index: Index, batch: int, done: Rotated, told: Told) -> None:
    """Make one blind index anew from the sealed values; right ones are only read."""
    kept: models.Field[Any, Any] = index.model._meta.get_field(index.kept)  # type: ignore[assignment]
    name = f"{index.model._meta.db_table}.{kept.column}"
    rows, after = index.model._default_manager.exclude(**{index.kept: ""}), 0
    while True:
        with transaction.atomic():
            part = list(_readable(index, rows, after, batch, done))
            wrong = [(pk, made) for pk, present, made in part if made not in ("", present)]
            _write(index.model, kept, wrong, "text")
        if not part:
            return
        after = part[-1][0]
        done.indexed[name] += len(wrong)
        told(f"{name}：已换 {done.indexed[name]:,}，到第 {after} 行")


def _readable(
    index: Index, rows: models.QuerySet[Any], after: int, batch: int, done: Rotated
) -> Iterator[tuple[int, str, str]]:
    """Yield (key, present index, right index) of the next rows; an empty one cannot be read."""
    table, sealed = _quoted(index.model, index.model._meta.get_field(index.sealed))  # type: ignore[arg-type]
    part = rows.filter(pk__gt=after).order_by("pk").select_for_update(no_key=True)
    kept = dict(part.values_list("pk", index.kept)[:batch])
    with connection.cursor() as cursor:
        cursor.execute(
            # names of our own models
            f"SELECT {_pk(index.model)}, {sealed} FROM {table}"  # noqa: S608
            f" WHERE {_pk(index.model)} = ANY(%s) ORDER BY 1",
            [list(kept)],
        )
        blobs = cursor.fetchall()
    context = index.model._meta.get_field(index.sealed).context  # type: ignore[union-attr]
    for pk, blob in blobs:
        try:
            text = open_sealed(blob, context)
        except SealError:
            done.sick.append((f"{index.model._meta.db_table}.{index.kept}", pk))
            yield pk, kept[pk], ""
        else:
            yield pk, kept[pk], blind(index.normalise(text), index.context)
