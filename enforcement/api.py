"""Resources of the floor: the root, who I am, tokens, courts."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import path, reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enforcement.access import courts_seen_by
from enforcement.errors import Forbidden, NotFound, Refused
from enforcement.middleware import now_of, today_of
from enforcement.models import Court, User
from enforcement.rest import links, tokens
from enforcement.rest.contract import Operation
from enforcement.rest.faces import Face, One, Rows, listing, single
from enforcement.rest.parsers import object_of
from enforcement.rest.reading import Asked, read_query, who_asks
from enforcement.rest.throttles import SignIn
from enforcement.signin import factors
from enforcement.staff import Who

TAG, COURTS = "登录", "法院"


LINKS_SCHEMA = {"type": "object", "additionalProperties": {"type": "string"}}


class Root(Face):
    """Where everything begins."""

    operations = {
        "GET": Operation(
            "root",
            "入口",
            "入口",
            "各项资源的地址。应答里的链接都可以直接使用，不必自己拼接。",
            answers={200: LINKS_SCHEMA},
        )
    }

    def get(self, request: Request) -> Response:
        """Answer the lists there are."""
        read_query(request, serializers.Serializer)
        return Response({name: reverse(f"api:{at}") for name, at in links.ROOT.items()})


# -- people and tokens ---------------------------------------------------------------------------


class PostOut(serializers.Serializer):
    """One post held today."""

    court = serializers.CharField(source="court_id")
    court_name = serializers.CharField(source="court.name")
    role = serializers.CharField()
    role_label = serializers.CharField(source="get_role_display")
    first_day = serializers.DateField()
    last_day = serializers.DateField(allow_null=True)


class TokenOut(serializers.Serializer):
    """A token without its secret."""

    prefix = serializers.CharField()
    name = serializers.CharField()
    created = serializers.DateTimeField()
    expires = serializers.DateTimeField()


class MeOut(serializers.Serializer):
    """Who is signed in, from which posts, with which token."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    today = serializers.DateField(help_text="法定日（Asia/Shanghai）")
    posts = PostOut(many=True)
    token = TokenOut(allow_null=True)


class Me(Face):
    """Who I am and what I may work from."""

    operations = {
        "GET": Operation("get_me", "本人、岗位和令牌", TAG, answers={200: MeOut}),
    }

    def get(self, request: Request) -> Response:
        """Answer who is signed in."""
        read_query(request, serializers.Serializer)
        who = who_asks(request)
        me = {
            "id": who.user.pk,
            "username": who.user.username,
            "name": who.user.name,
            "today": who.today,
            "posts": who.user.posts_on(who.today),
            "token": tokens.token_of(request),
        }
        return Response(MeOut(me).data)


class TokenIn(serializers.Serializer):
    """What it takes to get a token."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    name = serializers.CharField(max_length=80, default="接口", help_text="令牌的用途")
    days = serializers.IntegerField(
        default=tokens.DAYS, min_value=1, max_value=tokens.MOST_DAYS, help_text="有效天数"
    )


class IssuedOut(TokenOut):
    """A new token with its secret, shown this once."""

    token = serializers.CharField(help_text="只显示这一次，请妥善保存")


class Token(Face):
    """Get a token with a password; give it back."""

    operations = {
        "POST": Operation(
            "create_token",
            "以用户名和密码申请令牌",
            TAG,
            "令牌只显示这一次。尝试次数受限；密码错误和没有这个用户得到同样的回答。",
            body=TokenIn,
            answers={201: IssuedOut},
            problems=(400, 401, 403),
            public=True,
            example={"username": "lin", "password": "……", "name": "对接系统", "days": 30},
        ),
        "DELETE": Operation(
            "revoke_token", "撤销本次使用的令牌", TAG, answers={204: None}, problems=(409,)
        ),
    }

    def get_permissions(self) -> list[Any]:
        """Let everybody ask for a token; only its holder gives one back."""
        return [] if self.request.method == "POST" else list(super().get_permissions())

    def get_authenticators(self) -> list[Any]:
        """Read no token where one is asked for."""
        asking = getattr(self, "request", None) is not None and self.request.method == "POST"
        return [] if asking else list(super().get_authenticators())

    def get_throttles(self) -> list[Any]:
        """Count attempts more strictly than questions."""
        return [SignIn()] if self.request.method == "POST" else list(super().get_throttles())

    def post(self, request: Request) -> Response:
        """Answer a new token."""
        asked = TokenIn(data=object_of(request))
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        user = _signed_in(request, given["username"], given["password"])
        now = now_of(request._request)
        made = tokens.issue(user, given["name"], now=now, days=given["days"])
        shown = {**TokenOut(made.token).data, "token": made.text}
        return Response(shown, status=201, headers={"Location": reverse("api:me")})

    def delete(self, request: Request) -> Response:
        """Revoke the token the request came with."""
        token = tokens.token_of(request)
        if token is None:
            raise Refused("token.none", "本次请求没有使用令牌，没有可以撤销的。")
        tokens.revoke(token, now=now_of(request._request))
        return Response(status=204)


class WrongSignIn(Refused):
    """User name or password are wrong; which of them is not said."""

    status = 401


def _signed_in(request: Request, username: str, password: str) -> User:
    """Return the person, through the same door and the same count of failures as the page."""
    try:
        user = get_adapter().authenticate(request._request, username=username, password=password)
    except ValidationError as refused:
        raise Refused("signin.limited", "".join(refused.messages), status=429) from None
    if not isinstance(user, User) or not user.is_active:
        raise WrongSignIn("signin.wrong", "用户名或者密码不正确。")
    if factors.has_one(user) or factors.required_of(user.posts_on(today_of(request._request))):
        raise Forbidden(
            "signin.second_factor",
            "您的账号使用两步验证，不能只凭密码申请令牌，请登录网页，在“账号安全”中生成。",
        )
    return user


# -- courts --------------------------------------------------------------------------------------


class CourtRef(serializers.Serializer):
    """A court as others mention it."""

    key = serializers.CharField()
    code = serializers.CharField(help_text="现行代字")
    name = serializers.CharField()


class CourtOut(CourtRef):
    """One court of the tree."""

    url = serializers.SerializerMethodField()
    level = serializers.IntegerField(help_text="1 最高，2 高级，3 中级，4 基层")
    level_label = serializers.CharField(source="get_level_display")
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent_id", allow_null=True
    )
    path = serializers.CharField(help_text="自上而下的代字")
    active = serializers.BooleanField()

    def get_url(self, court: Court) -> str:
        """Return its address."""
        return links.link("court", court.key)


class CourtDetail(CourtOut):
    """One court with its links."""

    links = serializers.SerializerMethodField()

    def get_links(self, court: Court) -> dict[str, str]:
        """Return where to go from here."""
        return links.links_of("court", court.key)


class CourtsAsked(Asked):
    """Filters of the list of courts."""

    parent = serializers.CharField(  # type: ignore[assignment]
        required=False, max_length=16, help_text="上级法院的 key"
    )
    code = serializers.CharField(required=False, max_length=12, help_text="现行代字")
    name = serializers.CharField(required=False, max_length=80, help_text="名称的一部分")
    level = serializers.IntegerField(required=False, min_value=1, max_value=4)
    active = serializers.BooleanField(required=False, allow_null=True, default=None)


class Courts(Rows):
    """Courts in sight, in the order of the tree."""

    asks, gives, order = CourtsAsked, CourtOut, ("lft", "key")
    operations = listing("list_courts", "可见的法院", COURTS, CourtOut, CourtsAsked)

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Court]:
        """Return the courts the person sees."""
        found = courts_seen_by(who.user, who.today)
        for name, path_to in (("parent", "parent_id"), ("code", "code"), ("level", "level")):
            if asked.get(name):
                found = found.filter(**{path_to: asked[name]})
        if asked.get("name"):
            found = found.filter(name__contains=asked["name"])
        return found if asked["active"] is None else found.filter(active=asked["active"])


class CourtOne(One):
    """One court in sight."""

    gives = CourtDetail
    operations = single("get_court", "法院", COURTS, CourtDetail)

    def one(self, who: Who, **at: Any) -> Court:
        """Return the court."""
        return court_in_sight(who, at["key"])


def court_in_sight(who: Who, key: str) -> Court:
    """Return the court of that key.

    Raises:
        NotFound: no such court, or not in the person's sight.
    """
    court = courts_seen_by(who.user, who.today).filter(key=key).first()
    if court is None:
        raise NotFound("court.not_found", "没有这个法院，或者您无权查看。")
    return court


links.register_place("court", "court")
links.register_link("court", "below", "courts", query="parent")
links.register_root("me", "me")
links.register_root("courts", "courts")

urls = [
    path("", Root.as_view(), name="root"),
    path("me/", Me.as_view(), name="me"),
    path("token/", Token.as_view(), name="token"),
    path("courts/", Courts.as_view(), name="courts"),
    path("courts/<slug:key>/", CourtOne.as_view(), name="court"),
]
