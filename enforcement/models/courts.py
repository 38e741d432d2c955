"""Courts (法院), their tree, and the short codes (法院代字) that case numbers carry."""

from __future__ import annotations

from django.db import models


class CourtQuerySet(models.QuerySet["Court"]):
    """Look-ups down and up the tree of courts."""

    def below(self, court: Court) -> CourtQuerySet:
        """Return the court itself and every court below it (a range of pre-order numbers)."""
        return self.filter(lft__gte=court.lft, rgt__lte=court.rgt)

    def children_of(self, court: Court) -> CourtQuerySet:
        """Return the courts one level below."""
        return self.filter(parent=court)


class Court(models.Model):
    """One court of the national tree.

    ``key`` is the official three-character code, stable over renamings; ``code`` (代字) is what
    it answers to now. ``lft``/``rgt`` are pre-order numbers, so a subtree is a range.
    """

    class Level(models.IntegerChoices):
        """Level of the court, the supreme court first."""

        SUPREME = 1, "最高人民法院"
        HIGH = 2, "高级人民法院"
        INTERMEDIATE = 3, "中级人民法院"
        BASIC = 4, "基层人民法院"

    key = models.CharField("法院标识", max_length=16, primary_key=True)
    code = models.CharField("法院代字", max_length=12, blank=True, db_index=True)
    name = models.CharField("名称", max_length=80, db_index=True)
    level = models.PositiveSmallIntegerField("层级", choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="children",
        verbose_name="上级法院",
    )
    path = models.CharField("路径", max_length=80, blank=True)
    lft = models.IntegerField(default=0)
    rgt = models.IntegerField(default=0)
    active = models.BooleanField("现行", default=True)
    source = models.CharField("来源", max_length=200, blank=True)

    objects = CourtQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "法院"
        ordering = ("lft",)
        indexes = [models.Index(fields=["lft", "rgt"], name="court_range")]

    def __str__(self) -> str:
        return self.name

    def ancestors(self) -> CourtQuerySet:
        """Return the courts above this one, the supreme court first."""
        return Court.objects.filter(lft__lt=self.lft, rgt__gt=self.rgt).order_by("lft")

    def is_above(self, other: Court) -> bool:
        """Tell whether this court stands strictly above the other."""
        return self.lft < other.lft and self.rgt > other.rgt

    def covers(self, other: Court) -> bool:
        """Tell whether the other court is this one or below it."""
        return self.lft <= other.lft and self.rgt >= other.rgt


class CourtCode(models.Model):
    """One short code (法院代字) and the court that answers for it, from a day to a day."""

    class Kind(models.TextChoices):
        """Why the code points to the court."""

        CURRENT = "current", "现行"
        FORMER = "former", "曾用"
        HISTORIC = "historic", "历史（无已知承继法院）"
        POSSIBLE = "possible", "推测（依新区划代码或个别案号）"

    code = models.CharField("代字", max_length=12, db_index=True)
    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="codes")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    first_day = models.DateField("起", null=True)
    last_day = models.DateField("止", null=True)
    confidence = models.CharField(max_length=12, blank=True)
    source = models.CharField("来源", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "法院代字"
        constraints = [
            models.UniqueConstraint(fields=["code", "court"], name="court_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.court_id}"
