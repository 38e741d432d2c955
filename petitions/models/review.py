"""Dual reviews (一案双查): one review, two access-separated files, one joint conclusion."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from cases.fsm import moved_by
from cases.machine import pairs
from cases.models import Case
from enforcement.models import Court, Post
from petitions import triggers
from petitions.machine import REVIEW_MOVES, ReviewState
from petitions.models.petition import Petition


class Source(models.TextChoices):
    """Where the clue came from: 法〔2019〕232号第3条 (the list was read only in part)."""

    PETITION = "petition", "执行信访"
    DEPUTIES = "deputies", "人大代表、政协委员以及党政机关转来"
    PROCURATE = "procurate", "检察建议"
    INSPECTION = "inspection", "司法巡查、审务督察"
    OTHER = "other", "上级法院在监督中发现"


class Track(models.TextChoices):
    """The two lines of a review: 法〔2019〕232号第1条."""

    CASE = "case", "案件线（上级执行局）"
    CONDUCT = "conduct", "人员线（督察）"


class Conclusion(models.TextChoices):
    """What a review finds: 法〔2019〕232号第2条 names the first three; the others are inferred."""

    PASSIVE = "passive", "消极执行"
    SELECTIVE = "selective", "选择性执行"
    WILD = "wild", "乱执行"
    UNENFORCEABLE = "unenforceable", "规范但执行不能"
    UNFOUNDED = "unfounded", "不成立"


class Remedy(models.TextChoices):
    """What a review may propose (inferred from the instruments on supervision)."""

    CORRECT = "correct", "责令纠正"
    SUPERVISE = "supervise", "制发督办函"
    CROSS = "cross", "交叉执行"
    NOTICE = "notice", "通报"
    TRANSFER = "transfer", "移送纪检监察机构"
    NONE = "none", "不作处理，答复来访人"


#: States in which a review still occupies its case.
RUNNING = (ReviewState.OPEN, ReviewState.PROPOSED, ReviewState.CONCLUDED)


class DualReview(FSMModelMixin, models.Model):
    """One review of one case of a lower court by a court strictly above it.

    ``remedies`` is a list of ``Remedy`` values; ``proposals`` holds one proposal a line.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reviews")
    petition = models.ForeignKey(
        Petition, on_delete=models.PROTECT, null=True, related_name="reviews"
    )
    court = models.ForeignKey(
        Court, on_delete=models.PROTECT, related_name="reviews", verbose_name="核查法院"
    )
    source = models.CharField("线索来源", max_length=12, choices=Source.choices)
    opened_on = models.DateField("启动日")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    state = FSMField("状态", default=ReviewState.OPEN, choices=ReviewState.choices, protected=True)
    conclusion = models.CharField("结论", max_length=16, choices=Conclusion.choices, blank=True)
    reasons = models.TextField("认定理由", blank=True)
    remedies = models.JSONField("处理方式", default=list)
    proposals = models.TextField("处理意见", blank=True)
    proposed_on = models.DateField("提出日", null=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    objection = models.TextField("退回理由", blank=True)
    concluded_on = models.DateField("结论日", null=True)

    propose = moved_by(REVIEW_MOVES, "propose")
    send_back = moved_by(REVIEW_MOVES, "send_back")
    conclude = moved_by(REVIEW_MOVES, "conclude")
    report_it = moved_by(REVIEW_MOVES, "report_it")

    class Meta:
        verbose_name = verbose_name_plural = "一案双查"
        ordering = ("-id",)
        indexes = [models.Index(fields=["court", "state", "-id"], name="review_court")]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                name="one_review_at_a_time",
                condition=Q(state__in=[str(s) for s in RUNNING]),
            ),
            models.CheckConstraint(
                name="review_concluded",
                condition=~Q(state__in=[ReviewState.CONCLUDED, ReviewState.REPORTED])
                | Q(conclusion__gt="", concluded_on__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="review_moves", field="state", transitions=pairs(REVIEW_MOVES)),
            pgtrigger.Protect(name="review_kept", operation=pgtrigger.Delete),
            triggers.strictly_above("review_above"),
        ]

    def __str__(self) -> str:
        return f"一案双查 {self.pk}"

    @property
    def settled(self) -> bool:
        """Tell whether the joint conclusion stands."""
        return self.state in {ReviewState.CONCLUDED, ReviewState.REPORTED}


class ReviewFile(models.Model):
    """One track of a review: it opens to its own reviewer only."""

    review = models.ForeignKey(DualReview, on_delete=models.PROTECT, related_name="files")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    track = models.CharField("核查线", max_length=8, choices=Track.choices)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="review_files",
        verbose_name="核查人",
    )
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    assigned_on = models.DateField("指定日")
    summary = models.TextField("综合情况", blank=True)
    signed_on = models.DateField("签署日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "核查卷"
        ordering = ("review_id", "track")
        constraints = [
            models.UniqueConstraint(fields=["review", "track"], name="one_file_a_track"),
            models.UniqueConstraint(fields=["review", "reviewer"], name="two_different_reviewers"),
            models.CheckConstraint(
                name="file_signed_after_assigned",
                condition=Q(signed_on__isnull=True) | Q(signed_on__gte=F("assigned_on")),
            ),
        ]
        triggers = [
            triggers.reviewer_fit(),
            pgtrigger.Protect(name="file_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.track}"


class ReviewerChange(models.Model):
    """A file passed from one reviewer to the next: who, when, why."""

    file = models.ForeignKey(ReviewFile, on_delete=models.PROTECT, related_name="changes")
    former = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("日期")
    reason = models.TextField("更换理由")

    class Meta:
        verbose_name = verbose_name_plural = "更换核查人"
        ordering = ("id",)
        triggers = [
            pgtrigger.Protect(name="change_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.former_id}→{self.successor_id}"
