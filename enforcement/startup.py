"""Before anything runs: no web, worker or beat on old tables or a broken rulebook.

What is wrong is said in one sentence, with what to do. A database that does not answer yet is no
reason to refuse: pages say so until it comes, and ``/health/ready`` looks at the tables then.
"""

from __future__ import annotations

import sys

from django.core.checks import ERROR, CheckMessage, run_checks
from django.db import connections
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error


def unfit() -> str:
    """Return why this release must not run here, and what to do; empty when it may."""
    return wrong_settings() or _pending_migrations()


def refuse_unfit() -> None:
    """End the process with one sentence when it must not run."""
    if reason := unfit():
        sys.exit(reason)


def wrong_settings() -> str:
    """Return what the system checks refuse, in one sentence; empty when nothing."""
    found = [message for message in run_checks() if message.level >= ERROR]
    rules = [m for m in found if str(m.id).startswith("deadlines.")]
    if rules:
        return (
            f"规则库有 {len(rules)} 处错误，不能启动：{_said(rules[0])} "
            "请改正 deadlines/rules 或 deadlines/holidays 下的文件（或换回上一版）后再启动。"
            " (broken rulebook: mend the file, or put the former one back)"
        )
    if found:
        return (
            f"设置有 {len(found)} 处错误，不能启动：{_said(found[0])} {found[0].hint or ''}"
            " (wrong settings: manage.py check lists them all)"
        )
    return ""


def _said(message: CheckMessage) -> str:
    return f"{message.id} {message.msg}"


def _pending_migrations() -> str:
    connection = connections["default"]
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except NodeNotFoundError as error:
        return f"迁移文件不全，不能启动：{error} 请重新安装本版本。 (a migration is missing)"
    except Error:
        return ""
    finally:
        connection.close()
    if not plan:
        return ""
    return (
        f"数据库还有 {len(plan)} 项迁移没有执行（第一项 {plan[0][0]}），不能启动："
        "请先执行 python manage.py migrate。 (pending migrations: run migrate first)"
    )
