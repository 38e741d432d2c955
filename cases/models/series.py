"""Series of case numbers (案号编号): one counter per court, year and case type."""

from __future__ import annotations

from django.db import connection, models, transaction

from enforcement.models import Court

_ALLOCATE = """
INSERT INTO {table} (court_id, year, type_char, last)
VALUES (%s, %s, %s, 1)
ON CONFLICT ON CONSTRAINT number_series_once
DO UPDATE SET last = {table}.last + 1
RETURNING last
"""


class NumberSeries(models.Model):
    """The last serial given out for a court, a year and a type (类型代字).

    Serials start from 1 for each of them, in order of filing within the year
    (法〔2015〕137号 art. 9-10).
    """

    court = models.ForeignKey(
        Court, on_delete=models.PROTECT, related_name="+", verbose_name="法院"
    )
    year = models.PositiveSmallIntegerField("年度")
    type_char = models.CharField("类型代字", max_length=8)
    last = models.PositiveIntegerField("已用编号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "案号序列"
        constraints = [
            models.UniqueConstraint(
                fields=["court", "year", "type_char"], name="number_series_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.court_id} {self.year} {self.type_char} {self.last}"

    @classmethod
    def allocate(cls, court: Court, year: int, type_char: str) -> int:
        """Give out the next serial of the series, from 1, inside the caller's transaction.

        One statement: the row it writes stays locked until the caller commits, so nobody
        else can take a number in between, and a rollback gives the number back. That is
        what keeps the series without gaps and without duplicates.

        Raises:
            TransactionManagementError: outside a transaction, where a case that fails to be
                written afterwards would leave a gap.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError(
                "NumberSeries.allocate must run inside the transaction that writes the case"
            )
        table = connection.ops.quote_name(cls._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(_ALLOCATE.format(table=table), [court.key, year, type_char])
            (serial,) = cursor.fetchone()
        return int(serial)
