"""The roles people hold in courts (岗位), and what kind of sight each gives.

Names follow the courts' usage; `docs/glossary.md` maps each to its Chinese term.
"""

from __future__ import annotations

from django.db.models import TextChoices


class Role(TextChoices):
    """What a person does in a court, from a first day to a last day."""

    FILING_CLERK = "filing_clerk", "立案人员"
    JUDGE = "judge", "承办法官"
    ASSISTANT = "assistant", "法官助理"
    CLERK = "clerk", "书记员"
    BUREAU_HEAD = "bureau_head", "执行局长"
    PRESIDENT = "president", "院长"
    FINANCE = "finance", "财务人员"
    SUPERVISOR = "supervisor", "上级执行局"
    INSPECTOR = "inspector", "督察人员"
    PETITION_CLERK = "petition_clerk", "信访专员"
    COURT_ADMIN = "court_admin", "系统管理员"
    AUDITOR = "auditor", "审计员"
    PETITIONER = "petitioner", "申请执行人"
    COUNSEL = "counsel", "代理人"
    API_CLIENT = "api_client", "接口用户"


#: Roles that see their court and every court below it (上级法院对下监督).
SUBTREE_ROLES = frozenset({Role.SUPERVISOR, Role.INSPECTOR, Role.AUDITOR})

#: Roles that see the whole of their own court and nothing below it.
COURT_ROLES = frozenset(
    {
        Role.FILING_CLERK,
        Role.JUDGE,
        Role.ASSISTANT,
        Role.CLERK,
        Role.BUREAU_HEAD,
        Role.PRESIDENT,
        Role.FINANCE,
        Role.PETITION_CLERK,
        Role.COURT_ADMIN,
        Role.API_CLIENT,
    }
)

#: Roles of people outside the court; they reach only their own cases, through the portal.
OUTSIDE_ROLES = frozenset({Role.PETITIONER, Role.COUNSEL})

#: Roles that only read.
READ_ONLY_ROLES = frozenset({Role.AUDITOR})
