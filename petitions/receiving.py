"""What a party hands in at the portal: leads and petitions, through the verbs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from cases import uploads
from cases.files import together
from cases.models import Lead
from cases.verb import VERBS
from enforcement.errors import Invalid
from petitions.entrance import Visitor
from petitions.models import Petition
from petitions.portal_forms import MOST_FILES
from petitions.throttle import Limit, TooOften, count

#: What one party hands in on one day; more is a machine, or belongs into one letter.
PER_PARTY = Limit("portal-handed-in", 20, 86_400)


def give_lead(guest: Visitor, *, now: datetime, **data: Any) -> Lead:
    """Hand in a property lead as the visitor's party.

    Raises:
        TooOften: ``portal.too_many``. Refused: see ``submit_lead``.
    """
    _not_too_many(guest)
    lead: Lead = VERBS["submit_lead"].run(guest.case, by=None, party=guest.party, now=now, **data)
    return lead


def complain(
    guest: Visitor, files: Sequence[UploadedFile], *, now: datetime, **data: Any
) -> Petition:
    """File a petition as the visitor's party; nothing is kept unless everything is in order.

    Raises:
        Invalid: ``upload.many``, or every file that cannot be taken, named in one sentence.
        TooOften: ``portal.too_many``. Refused: see ``file_petition``.
        FilesAway: a file cannot be stored now.
    """
    check_files(files)
    _not_too_many(guest)
    with together() as stored:
        kept = [
            uploads.store(
                guest.case, file, now=now, by=guest.user, party=guest.party, stored=stored
            )
            for file in files
        ]
        petition: Petition = VERBS["file_petition"].run(
            guest.case, by=guest.user, party=guest.party, now=now, attachments=kept, **data
        )
    return petition


def check_files(files: Sequence[UploadedFile]) -> None:
    """Judge every file before anything is written, and say all that is wrong at once.

    Raises:
        Invalid: ``upload.many``, or the code of the first file that cannot be taken.
    """
    if len(files) > MOST_FILES:
        raise Invalid(
            "upload.many",
            f"一次最多 {MOST_FILES} 个文件，您选了 {len(files)} 个，请减少后重新选择。",
            field="attachments",
        )
    wrong: list[Invalid] = []
    for file in files:
        try:
            _check(file)
        except Invalid as error:
            wrong.append(error)
    if wrong:
        sentence = "".join(error.message for error in wrong)
        raise Invalid(wrong[0].code, sentence, field="attachments")


def _check(file: UploadedFile) -> None:
    """Judge one file by its content, without reading more than may be kept."""
    data = file.read(settings.UPLOAD_MAX_BYTES + 1)
    file.seek(0)
    uploads.check(file.name or "", data)


def _not_too_many(guest: Visitor) -> None:
    if not count(PER_PARTY, str(guest.party.pk)):
        raise TooOften(
            "portal.too_many",
            f"今天已经提交了 {PER_PARTY.times} 次。请明天再提交，或者把情况写在一起。",
            PER_PARTY.seconds,
        )
