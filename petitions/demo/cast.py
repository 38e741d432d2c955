"""The people of the demo: who works where, and who comes from outside. All of them invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password

from enforcement.frame import DEMO_PASSWORD
from enforcement.models import Court, Post, User
from enforcement.roles import OUTSIDE_ROLES, Role

#: One password for everybody; the command refuses to make these accounts outside a demo.
PASSWORD = DEMO_PASSWORD
#: Everybody has held their post since before the oldest case of the demo.
SINCE = date(2012, 1, 1)

R = Role
#: (user name, name, 代字 of the court, role). Names play with words (秦守时 keeps time, 季不迟 is
#: never late) so that nobody takes them for somebody. The first ones are the ones to try first.
PEOPLE: tuple[tuple[str, str, str, Role], ...] = (
    ("faguan1", "秦守时", "陕1002", R.JUDGE),
    ("juzhang", "严明远", "陕1002", R.BUREAU_HEAD),
    ("jiandu", "高望岳", "陕10", R.SUPERVISOR),
    ("ducha", "凌若镜", "陕10", R.INSPECTOR),
    ("xinfang", "温有信", "陕1002", R.PETITION_CLERK),
    ("lian", "单立安", "陕1002", R.FILING_CLERK),
    ("yuanzhang", "郑执衡", "陕1002", R.PRESIDENT),
    ("shenqingren", "闻人若谷", "陕1002", R.PETITIONER),
    ("daili", "端木仲言", "陕1002", R.COUNSEL),
    ("faguan2", "季不迟", "陕1002", R.JUDGE),
    ("faguan3", "程致远", "陕1002", R.JUDGE),
    ("zhuli", "安知微", "陕1002", R.ASSISTANT),
    ("shuji", "纪录安", "陕1002", R.CLERK),
    ("caiwu", "钱分明", "陕1002", R.FINANCE),
    ("guanli", "管若网", "陕1002", R.COURT_ADMIN),
    ("jiekou", "数据接口（演示）", "陕1002", R.API_CLIENT),
    ("lian-luonan", "单清源", "陕1021", R.FILING_CLERK),
    ("faguan-luonan", "洛行远", "陕1021", R.JUDGE),
    ("faguan2-luonan", "迟来早", "陕1021", R.JUDGE),
    ("shuji-luonan", "纪闻溪", "陕1021", R.CLERK),
    ("juzhang-luonan", "严思齐", "陕1021", R.BUREAU_HEAD),
    ("yuanzhang-luonan", "郑怀瑾", "陕1021", R.PRESIDENT),
    ("xinfang-luonan", "温如玉", "陕1021", R.PETITION_CLERK),
    ("lian-danfeng", "单知秋", "陕1022", R.FILING_CLERK),
    ("faguan-danfeng", "丹青引", "陕1022", R.JUDGE),
    ("faguan2-danfeng", "简从容", "陕1022", R.JUDGE),
    ("shuji-danfeng", "纪晓舟", "陕1022", R.CLERK),
    ("juzhang-danfeng", "严若水", "陕1022", R.BUREAU_HEAD),
    ("yuanzhang-danfeng", "郑知止", "陕1022", R.PRESIDENT),
    ("xinfang-danfeng", "温不忘", "陕1022", R.PETITION_CLERK),
    ("lian-shangluo", "单明朗", "陕10", R.FILING_CLERK),
    ("faguan-shangluo", "尚知行", "陕10", R.JUDGE),
    ("faguan2-shangluo", "尚未晚", "陕10", R.JUDGE),
    ("shuji-shangluo", "纪无双", "陕10", R.CLERK),
    ("juzhang-shangluo", "严正一", "陕10", R.BUREAU_HEAD),
    ("yuanzhang-shangluo", "郑持平", "陕10", R.PRESIDENT),
    ("xinfang-shangluo", "温必复", "陕10", R.PETITION_CLERK),
    ("jiandu2", "高观澜", "陕10", R.SUPERVISOR),
    ("lian-sheng", "单秋水", "陕", R.FILING_CLERK),
    ("faguan-sheng", "秦岭松", "陕", R.JUDGE),
    ("juzhang-sheng", "严如松", "陕", R.BUREAU_HEAD),
    ("yuanzhang-sheng", "郑千钧", "陕", R.PRESIDENT),
    ("jiandu-sheng", "高瞻云", "陕", R.SUPERVISOR),
    ("ducha-sheng", "凌霜晓", "陕", R.INSPECTOR),
    ("xinfang-sheng", "温言之", "陕", R.PETITION_CLERK),
    ("jiandu-zuigao", "高远山", "最高法", R.SUPERVISOR),
    ("ducha-zuigao", "凌云鉴", "最高法", R.INSPECTOR),
    ("shenji", "审慎之", "最高法", R.AUDITOR),
    ("lian-shenzhen", "单海晏", "粤03", R.FILING_CLERK),
    ("faguan-shenzhen", "岭南星", "粤03", R.JUDGE),
    ("juzhang-shenzhen", "严海阔", "粤03", R.BUREAU_HEAD),
    ("xinfang-shenzhen", "温南风", "粤03", R.PETITION_CLERK),
    ("lian-chongqing", "单山月", "渝0192", R.FILING_CLERK),
    ("faguan-chongqing", "山雨新", "渝0192", R.JUDGE),
    ("juzhang-chongqing", "严两江", "渝0192", R.BUREAU_HEAD),
    ("xinfang-chongqing", "温嘉陵", "渝0192", R.PETITION_CLERK),
    ("jiandu-chongqing", "高临江", "渝", R.SUPERVISOR),
)
#: 代字 of every court somebody of the cast works in.
COURTS = tuple(dict.fromkeys(code for _, _, code, _ in PEOPLE))


@dataclass
class Cast:
    """Courts by 代字, and people by user name, by id or by (代字, role)."""

    courts: dict[str, Court]
    by_name: dict[str, User] = field(default_factory=dict)
    by_id: dict[int, User] = field(default_factory=dict)
    by_post: dict[tuple[str, Role], list[User]] = field(default_factory=dict)

    def __getitem__(self, username: str) -> User:
        """Return a person by user name."""
        return self.by_name[username]

    def all_of(self, court: Court, role: Role) -> list[User]:
        """Return the people of a court with a role, empty when there is none."""
        return self.by_post.get((court.code, role), [])

    def of(self, court: Court, role: Role, nth: int = 0) -> User:
        """Return the nth person of a court with a role, counting round and round."""
        people = self.by_post[court.code, role]
        return people[nth % len(people)]

    def above(self, court: Court, role: Role) -> User:
        """Return the first person with a role at the nearest court strictly above."""
        for upper in reversed(court.ancestors()):
            if people := self.all_of(upper, role):
                return people[0]
        raise LookupError(f"nobody above {court} is {role}")


def engage() -> Cast:
    """Make everybody's account and post; one hash of the one password serves all.

    Raises:
        LookupError: a court of the cast is not loaded.
    """
    courts = {court.code: court for court in Court.objects.filter(code__in=COURTS)}
    if missing := [code for code in COURTS if code not in courts]:
        raise LookupError("、".join(missing))
    cast, secret = Cast(courts), make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(username=username, name=name, password=secret) for username, name, _, _ in PEOPLE
    )
    posts = []
    for user, (username, _, code, role) in zip(users, PEOPLE, strict=True):
        cast.by_name[username] = cast.by_id[user.pk] = user
        cast.by_post.setdefault((code, role), []).append(user)
        posts.append(Post(user=user, court=courts[code], role=role, first_day=SINCE))
    Post.objects.bulk_create(posts)
    return cast


def accounts(cast: Cast) -> list[dict[str, Any]]:
    """Return the sign-ins as ``manage.py demo`` and the sign-in page list them."""
    return [
        {
            "username": username,
            "password": PASSWORD,
            "name": name,
            "role": role.label,
            "court": cast.courts[code].name,
            "home": "/portal/" if role in OUTSIDE_ROLES else "/",
        }
        for username, name, code, role in PEOPLE
    ]
