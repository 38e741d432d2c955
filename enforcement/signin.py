"""How people sign in: nobody registers by themselves, accounts come from the court."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """Closes self-registration; everything else is allauth's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: the court administrator makes the accounts."""
        return False
