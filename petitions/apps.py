"""The petitions app: what a person asks and a court must answer."""

from django.apps import AppConfig


class PetitionsConfig(AppConfig):
    """Registers kinds and verbs."""

    name = "petitions"
    verbose_name = "信访督办"

    def ready(self) -> None:
        """Register what others look up by name."""
        from cases import shredding as of_cases
        from enforcement.signin import proof
        from petitions import actions, kinds, menu, panels, shredding  # noqa: F401

        proof.VERBS.add("issue_report")
        of_cases.register(shredding.shred)
        of_cases.register_hold(shredding.hold)
