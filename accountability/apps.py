"""The accountability app: flags, explanations, reviews, statistics."""

from django.apps import AppConfig


class AccountabilityConfig(AppConfig):
    """Registers kinds, verbs and the flags box."""

    name = "accountability"
    verbose_name = "督促问责"

    def ready(self) -> None:
        """Register what others look up by name."""
        from accountability import actions, kinds, menu, panels  # noqa: F401
