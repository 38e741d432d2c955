"""Clues of a dual review, and what each track answers to each of them, with its evidence."""

from __future__ import annotations

from django.db import models

from cases.models import Case, CaseEvent
from petitions import triggers
from petitions.models.review import DualReview, ReviewFile


class Answer(models.TextChoices):
    """What a track finds about a clue."""

    YES = "yes", "属实"
    PARTLY = "partly", "部分属实"
    NO = "no", "不属实"
    UNKNOWN = "unknown", "无法查实"


class Clue(models.Model):
    """One point complained of (线索); both tracks answer it."""

    review = models.ForeignKey(DualReview, on_delete=models.PROTECT, related_name="clues")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField("序号")
    claim = models.TextField("反映的问题")
    added_on = models.DateField("加入日")

    class Meta:
        verbose_name = verbose_name_plural = "线索"
        ordering = ("review_id", "position")
        constraints = [
            models.UniqueConstraint(fields=["review", "position"], name="clue_position_once"),
        ]
        triggers = [triggers.only_while_open("clue_settled", "r.review_id")]

    def __str__(self) -> str:
        return f"线索{self.position}"


class ClueFinding(models.Model):
    """What one track answers to one clue.

    ``other_evidence`` names what is not on the timeline (谈话笔录、录音录像、卷宗页码).
    """

    clue = models.ForeignKey(Clue, on_delete=models.PROTECT, related_name="findings")
    file = models.ForeignKey(ReviewFile, on_delete=models.PROTECT, related_name="findings")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField("答复", max_length=8, choices=Answer.choices)
    text = models.TextField("查明情况")
    other_evidence = models.TextField("其他证据", blank=True)
    on = models.DateField("日期")
    events = models.ManyToManyField(CaseEvent, through="EvidencePick", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "线索答复"
        ordering = ("clue_id", "file_id")
        constraints = [
            models.UniqueConstraint(fields=["clue", "file"], name="one_answer_a_track"),
        ]
        triggers = [
            triggers.only_while_open(
                "finding_settled", "SELECT c.review_id FROM petitions_clue c WHERE c.id = r.clue_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.clue_id} {self.answer}"


class EvidencePick(models.Model):
    """One event of the timeline that an answer rests on."""

    finding = models.ForeignKey(ClueFinding, on_delete=models.PROTECT, related_name="picks")
    event = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "证据"
        ordering = ("event_id",)
        constraints = [
            models.UniqueConstraint(fields=["finding", "event"], name="evidence_once"),
        ]
        triggers = [
            triggers.event_of_the_case(),
            triggers.only_while_open(
                "evidence_settled",
                "SELECT c.review_id FROM petitions_cluefinding f "
                "JOIN petitions_clue c ON c.id = f.clue_id WHERE f.id = r.finding_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.event_id}"
