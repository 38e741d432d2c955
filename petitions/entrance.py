"""The door of the portal: who comes in by number and query code, or signed in, and to which case.

A wrong code and an unknown number get the same answer after the same work: the number is looked
up, the code is hashed and compared, whether the case exists or not. The query code is given to
the applicant at filing, so who comes in by it acts as the first applicant of the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, cast

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from cases import numbers
from cases.actions.filing import query_hashes
from cases.models import Case, Party
from cases.models.party import PartyRole
from enforcement.crypto import blind
from enforcement.errors import Invalid, NotFound, Refused
from enforcement.limits import address_of
from enforcement.middleware import now_of, today_of
from enforcement.models import User
from enforcement.signin.factors import renew_key
from petitions.access import petition_for_party
from petitions.models import Petition
from petitions.throttle import Limit, TooOften, count, give_back, minutes

#: Wrong codes from one address. Good ones are given back, so a shared terminal does not run dry.
PER_ADDRESS = Limit("portal-address", 10, 600)
#: Wrong codes for one number, from everywhere. A single address cannot reach it, so nobody shuts
#: the true applicant out; and the 32 to the power of eight codes cannot be tried at this pace.
PER_NUMBER = Limit("portal-number", 100, 3600)

#: Key of the session, and how long one may be away before the code is asked for again.
KEPT = "portal"
AWAY = timedelta(hours=2)
#: That somebody is still there is written down at most this often.
STEP = timedelta(minutes=1)
#: Compared with when there is no such case: the same work, never equal.
NO_CASE = "0" * 64


@dataclass(frozen=True)
class Visitor:
    """Somebody at the portal: on which case, as which party.

    Attributes:
        user: the signed-in person, None for who came in by the query code.
    """

    case: Case
    party: Party
    user: User | None = None

    @cached_property
    def parties(self) -> list[Party]:
        """All parties of the case, in the order of filing."""
        return list(self.case.parties.select_related("represents").order_by("id"))

    @cached_property
    def applicant_side(self) -> bool:
        """Tell whether the party is an applicant, or counsel of one."""
        return _for_applicant(self.party)

    @cached_property
    def own(self) -> set[int]:
        """Ids of the parties of the same side: their names are shown in full."""
        if self.applicant_side:
            return {p.pk for p in self.parties if _for_applicant(p)}
        mine = {self.party.pk, self.party.represents_id}
        return {p.pk for p in self.parties if p.pk in mine or p.represents_id in mine - {None}}


def _for_applicant(party: Party) -> bool:
    """Tell whether a party is an applicant or speaks for one."""
    speaks = party.represents if party.role == PartyRole.COUNSEL else None
    return party.role == PartyRole.APPLICANT or (
        speaks is not None and speaks.role == PartyRole.APPLICANT
    )


# -- coming in ----------------------------------------------------------------------------------


def enter(request: HttpRequest, number: str, code: str) -> Case:
    """Let somebody in by case number and query code, and remember it in a fresh session.

    Raises:
        Invalid: ``portal.no_match``, for a wrong code and for an unknown number alike, or
            ``case_number.…`` for what cannot be a case number.
        TooOften: ``portal.throttled``.
    """
    base = numbers.parse(number, today=today_of(request)).base
    address, subject = address_of(request), blind(base)
    if not count(PER_ADDRESS, address):
        raise _too_often(PER_ADDRESS)
    if not count(PER_NUMBER, subject):
        raise _too_often(PER_NUMBER)
    case = _case_by_code(base, code)
    if case is None:
        raise Invalid(
            "portal.no_match",
            "案号或者查询码不对，请对照立案时给您的查询凭条再填一次。",
        )
    give_back(PER_ADDRESS, address)
    give_back(PER_NUMBER, subject)
    _remember(request, case)
    return case


def _case_by_code(base: str, code: str) -> Case | None:
    """Return the case of that number if the code is its own; the work is always the same."""
    found = Case.objects.filter(number=base).values_list("pk", "query_code_hash").first()
    pk, kept = found or (0, "")
    now, *former = query_hashes(base, code)
    compared = [constant_time_compare(kept or NO_CASE, made) for made in (now, *former)]
    if not (any(compared) and pk and kept):
        return None
    if not compared[0]:  # made with a former key: from now on under the present one
        Case.objects.filter(pk=pk, query_code_hash=kept).update(query_code_hash=now)
    return Case.objects.select_related("court").get(pk=pk)


def _too_often(limit: Limit) -> Refused:
    return TooOften(
        "portal.throttled",
        f"短时间内填错的次数太多，为保护案件信息，请 {minutes(limit.seconds)}后再试。",
        limit.seconds,
    )


def _remember(request: HttpRequest, case: Case) -> None:
    """Keep case, party and the code's mark in the session, under a new session key."""
    applicant = case.parties.filter(role=PartyRole.APPLICANT).order_by("id").first()
    if applicant is None:
        raise NotFound
    kept = _kept(request)  # read first: a key that nobody gave out is dropped by reading
    if request.session.session_key:  # a new one gets its key when it is saved, in one statement
        renew_key(request)
    kept[str(case.pk)] = [applicant.pk, case.query_code_hash[:16], now_of(request).isoformat()]
    request.session[KEPT] = kept


def leave(request: HttpRequest) -> None:
    """Forget every case that was opened by a query code; who is signed in stays signed in."""
    if request.user.is_authenticated:
        request.session.pop(KEPT, None)
        renew_key(request)
    else:
        request.session.flush()


# -- being in -----------------------------------------------------------------------------------


def visitor(request: HttpRequest, case_pk: int) -> Visitor:
    """Return the visitor of one case: its party signed in, or who came in by its code.

    Raises:
        NotFound: not there, or not theirs.
    """
    party = _own_party(request, case_pk)
    if party is not None:
        return Visitor(party.case, party, cast(User, request.user))
    party = _party_by_code(request, case_pk)
    if party is None:
        raise NotFound
    return Visitor(party.case, party)


def _own_party(request: HttpRequest, case_pk: int) -> Party | None:
    if not request.user.is_authenticated:
        return None
    mine = Party.objects.filter(user=request.user, case=case_pk)
    return (
        mine.select_related("case__court__parent", "case__handler", "represents")
        .order_by("id")
        .first()
    )


def _party_by_code(request: HttpRequest, case_pk: int) -> Party | None:
    """Return the party the session may act as; a code given out anew ends what the old opened."""
    entry = _kept(request).get(str(case_pk))
    if entry is None:
        return None
    party_pk, mark, seen = entry
    now = now_of(request)
    party = (
        Party.objects.filter(pk=party_pk, case=case_pk)
        .select_related("case__court__parent", "case__handler", "represents")
        .first()
    )
    if party is None or party.case.query_code_hash[:16] != mark or _gone(seen, now):
        _forget(request, case_pk)
        return None
    if _since(seen, now) > STEP:
        request.session[KEPT] = _kept(request) | {str(case_pk): [party_pk, mark, now.isoformat()]}
    return party


def _kept(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get(KEPT) or {})


def _gone(seen: str, now: datetime) -> bool:
    return _since(seen, now) > AWAY


def _since(seen: str, now: datetime) -> timedelta:
    """Return how far apart the two are: what was seen by a clock that was ahead is no use later."""
    return abs(now - datetime.fromisoformat(seen))


def _forget(request: HttpRequest, case_pk: int) -> None:
    request.session[KEPT] = {k: v for k, v in _kept(request).items() if k != str(case_pk)}


def came_in(request: HttpRequest) -> bool:
    """Tell whether anybody stands behind this request: signed in, or in by a code."""
    return bool(request.user.is_authenticated or _kept(request))


def cases_of(request: HttpRequest) -> list[Case]:
    """Return the cases a visitor may open: their own ones signed in, and those opened by code."""
    pks = [
        int(pk) for pk, (_, _, seen) in _kept(request).items() if not _gone(seen, now_of(request))
    ]
    rows = Case.objects.filter(pk__in=pks)
    if request.user.is_authenticated:
        rows = rows | Case.objects.filter(parties__user=request.user)
    return list(rows.distinct().select_related("court").order_by("-filed_on", "-id"))


def petition_in(request: HttpRequest, pk: int) -> tuple[Petition, Visitor]:
    """Return a petition of the visitor's own, with the visitor.

    Raises:
        NotFound: not there, or another's.
    """
    case_pk = Petition.objects.filter(pk=pk).values_list("case_id", flat=True).first()
    guest = visitor(request, case_pk or 0)
    return petition_for_party(guest.party, pk), guest
