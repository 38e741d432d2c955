"""What a migration may not do to a big table: hold a lock on it while all its rows are gone over.

A lock that lasts as long as a table is large stops every court. Each rule names the way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.expressions import Value

#: Tables that grow with the cases of the country.
BIG = frozenset(
    {
        "accountability.flag",
        "cases.attachment",
        "cases.case",
        "cases.caseevent",
        "cases.eventnote",
        "cases.handlerterm",
        "cases.lead",
        "cases.listing",
        "cases.measure",
        "cases.paper",
        "cases.party",
        "deadlines.clock",
        "deadlines.sheet",
        "enforcement.reveal",
        "enforcement.rollup",
        "enforcement.rollupdelta",
        "petitions.petition",
    }
)

#: SQL that goes over a whole table under a lock → the way round.
_SQL = (
    (r"create (unique )?index (?!concurrently)", "CREATE INDEX CONCURRENTLY, atomic = False"),
    (r"reindex (?!.*concurrently)", "REINDEX … CONCURRENTLY, atomic = False"),
    (r"alter table .*add (constraint|check|foreign|unique|primary)(?!.*not valid)", "NOT VALID"),
    (r"alter table .*set not null", "a CHECK … NOT VALID, validated afterwards"),
    (r"alter table .*alter (column )?\S+ (set data )?type", "a new column, filled in batches"),
    (r"alter table .*add column .*not null(?!.*default)", "a default, or NULL first"),
    (r"(update|delete from) ", "a command that works in batches"),
    (r"(cluster|vacuum full|truncate|lock( table)?) ", "nothing of the kind in a migration"),
)
_TEXT = re.compile(r"(?:character varying|varchar)(?:\((\d+)\))?$|text$")


def faults(migration: Migration, before: ProjectState) -> list[str]:
    """Return what a migration does that it may not.

    Args:
        before: the models as they were before it.
    """
    state, made = before.clone(), set()
    found = []
    for operation in _flat(migration.operations):
        if isinstance(operation, migrations.CreateModel):
            made.add(f"{migration.app_label}.{operation.name_lower}")
        found += _of(operation, migration, state, BIG - made)
        operation.state_forwards(migration.app_label, state)
    return found


def _flat(operations: Any) -> Iterator[Operation]:
    """Yield the operations that reach the database."""
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _of(
    operation: Operation, migration: Migration, state: ProjectState, big: frozenset[str]
) -> list[str]:
    if isinstance(operation, migrations.RunPython):
        if operation.atomic or (operation.atomic is None and migration.atomic):
            return ["RunPython in one transaction: atomic = False, and batches"]
        return []
    if isinstance(operation, migrations.RunSQL):
        return list(sql_faults(operation.sql, big))
    name = getattr(operation, "model_name_lower", "") or getattr(operation, "name_lower", "")
    if f"{migration.app_label}.{name}" not in big:
        return []
    return [f"{name}: {why}" for why in _on_big(operation, state, migration.app_label, name)]


def _on_big(operation: Any, state: ProjectState, app: str, name: str) -> Iterator[str]:
    """Yield what an operation on a big table does that it may not."""
    if isinstance(operation, migrations.AddIndex):
        if not isinstance(operation, AddIndexConcurrently):
            yield "AddIndex: AddIndexConcurrently, atomic = False"
    elif isinstance(operation, migrations.AddConstraint):
        if not isinstance(operation, AddConstraintNotValid):
            yield "AddConstraint: AddConstraintNotValid, and ValidateConstraint in a later one"
    elif isinstance(operation, migrations.AlterUniqueTogether):
        yield "AlterUniqueTogether: a unique index made concurrently"
    elif isinstance(operation, migrations.AddField):
        yield from _added(operation.field)
    elif isinstance(operation, migrations.AlterField):
        old = state.models[app, name].get_field(operation.name)
        yield from _altered(old, operation.field)


def _added(field: models.Field[Any, Any]) -> Iterator[str]:
    if isinstance(field, models.GeneratedField):
        yield "AddField generated: the table is written anew"
        return
    if not field.null and not field.has_default() and not field.has_db_default():
        yield "AddField NOT NULL without default: a default, or NULL first"
    if field.has_db_default() and not isinstance(field.db_default, Value | str | int | bool):
        yield "AddField with a computed default: NULL first, filled in batches"
    if _indexed(field):
        yield "AddField with an index: db_index=False, and AddIndexConcurrently"


def _indexed(field: models.Field[Any, Any]) -> bool:
    return bool(field.db_index or field.unique)


def _altered(old: models.Field[Any, Any], new: models.Field[Any, Any]) -> Iterator[str]:
    if old.null and not new.null:
        yield "AlterField to NOT NULL: a CHECK … NOT VALID, validated afterwards"
    if _indexed(new) and not _indexed(old):
        yield "AlterField with an index: AddIndexConcurrently"
    if getattr(new, "db_constraint", False) and not getattr(old, "db_constraint", True):
        yield "AlterField with a foreign key: NOT VALID, validated afterwards"
    if not _same_bytes(_type(old), _type(new)):
        yield "AlterField to another type: a new column, filled in batches"


def _type(field: models.Field[Any, Any]) -> str:
    if field.is_relation:
        return ""  # the type of a key that does not change
    return field.db_type(connection) or ""


def _same_bytes(old: str, new: str) -> bool:
    """Tell whether PostgreSQL changes a type without touching the rows (longer text)."""
    before, after = _TEXT.match(old), _TEXT.match(new)
    if old == new or before is None or after is None:
        return old == new
    return after[1] is None or (before[1] is not None and int(after[1]) >= int(before[1]))


def sql_faults(sql: Any, big: frozenset[str] = BIG) -> Iterator[str]:
    """Yield what SQL does that it may not; bodies of functions run later and are left out."""
    parts = sql if isinstance(sql, list | tuple) else [sql]
    text = ";".join(part if isinstance(part, str) else part[0] for part in parts)
    text = re.sub(r"(?s)(\$\w*\$).*?\1|--[^\n]*|/\*.*?\*/", " ", text).lower()
    tables = re.compile("|".join(rf"\b{name.replace('.', '_')}\b" for name in sorted(big)) or "^$")
    for statement in (" ".join(part.split()) for part in text.split(";")):
        if not tables.search(statement):
            continue
        for pattern, way in _SQL:
            if re.match(pattern, statement):
                yield f"RunSQL {statement[:50]}: {way}"
