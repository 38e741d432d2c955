"""Which posts do what about petitions and supervision: the tables, nothing else."""

from __future__ import annotations

from enforcement.roles import Role

#: Write down a letter or a visit for the petitioner.
INTAKE = (Role.PETITION_CLERK, Role.FILING_CLERK)
#: May be put in charge of a petition (院、局领导包案 included).
HANDLERS = (Role.PETITION_CLERK, Role.BUREAU_HEAD, Role.PRESIDENT)
#: May answer in the handler's place.
HEADS = frozenset({Role.BUREAU_HEAD, Role.PRESIDENT})
#: Of a court above: open a dual review.
OPENERS = (Role.SUPERVISOR, Role.INSPECTOR, Role.BUREAU_HEAD, Role.PRESIDENT)
#: Of the reviewing court: approve a report.
APPROVERS = (Role.PRESIDENT, Role.BUREAU_HEAD)
#: Of a court above: give an order and judge the reply.
ORDERERS = (Role.SUPERVISOR, Role.BUREAU_HEAD, Role.PRESIDENT)
#: Of the reviewing court: hold a track of a review (法〔2019〕232号第1条: 执行局 and 督察).
TRACK_ROLES: dict[str, tuple[Role, ...]] = {
    "case": (Role.SUPERVISOR, Role.BUREAU_HEAD),
    "conduct": (Role.INSPECTOR,),
}
