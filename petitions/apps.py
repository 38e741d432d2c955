"""The petitions app: what a person asks and a court must answer."""

from django.apps import AppConfig


class PetitionsConfig(AppConfig):
    """Registers kinds and verbs."""

    name = "petitions"
    verbose_name = "信访督办"

    def ready(self) -> None:
        """Register what others look up by name."""
        from enforcement.signin import proof
        from petitions import actions, kinds, menu, panels  # noqa: F401

        proof.VERBS.add("issue_report")
