"""Signing in at the court's own identity provider (统一身份认证) by OpenID Connect.

The identity token is always verified: signature, issuer, audience and time. It opens an account
that is there already, never makes one, and a second factor is asked for here as after a password.
"""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from requests import RequestException

from enforcement.errors import Refused
from enforcement.models import SecurityEvent, User
from enforcement.signin.signals import note


class Provider(OpenIDConnectOAuth2Adapter):
    """Reads who somebody is from the signed token alone."""

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any
    ) -> SocialLogin:
        """Return the sign-in that the token stands for.

        Raises:
            OAuth2Error: no token, or one that is not what it should be.
        """
        text = kwargs["response"].get("id_token")
        if not text:
            raise OAuth2Error("the provider sent no identity token")
        data = jwtkit.verify_and_decode(
            credential=text,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return self.get_provider().sociallogin_from_response(request, {"id_token": data})


class Elsewhere(DefaultSocialAccountAdapter):
    """Opens the account whose name the provider gives; nobody registers this way."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return False: the court administrator makes the accounts."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Join the person at the provider with the account of that name, the first time.

        An account that is joined already stays with that person: a name that the provider gives
        to somebody else later opens nothing.

        Raises:
            ImmediateHttpResponse: there is no such account, or it is another's.
        """
        if sociallogin.is_existing:
            return
        told = sociallogin.account.extra_data.get("id_token", {})
        name = str(told.get(settings.OIDC_CLAIM) or "").strip()
        user = User.objects.filter(username=name, is_active=True).first() if name else None
        if user is None or SocialAccount.objects.filter(user=user).exists():
            page = render(request, "socialaccount/no_account.html", {"name": name}, status=403)
            raise ImmediateHttpResponse(page)
        sociallogin.connect(request, user)
        note(request, SecurityEvent.Kind.LINKED, user)


def _through(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    """Let allauth's view work with our provider.

    Raises:
        Http404: no such provider.
        Refused: ``signin.provider_away``.
    """
    try:
        answer: HttpResponse = view.adapter_view(Provider(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except RequestException:
        raise Refused(
            "signin.provider_away",
            "统一身份认证暂时连接不上，请稍后再试，或者用密码登录。",
            status=503,
        ) from None
    return answer


@require_GET
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Go to the provider to sign in.

    Raises:
        Http404: for anything else. Joining an identity to the account that is signed in would let
            whoever sits at an open session come back as that person for good.
    """
    if request.GET.get("process", AuthProcess.LOGIN) != AuthProcess.LOGIN:
        raise Http404
    return _through(OAuth2LoginView, request, provider_id)


@require_GET
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Come back from the provider, with a code that is exchanged for the token."""
    return _through(OAuth2CallbackView, request, provider_id)
