"""The floor's app."""

from django.apps import AppConfig


class EnforcementConfig(AppConfig):
    """Courts, people, refusals; loads the system checks."""

    name = "enforcement"
    verbose_name = "基础"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and the menu, and listen to what allauth announces."""
        from enforcement import checks, menu, metrics, tracing  # noqa: F401
        from enforcement.signin import signals

        signals.connect()
