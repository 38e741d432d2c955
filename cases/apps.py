"""The cases app: the case, its parties and its timeline."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers event kinds, verbs and navigation."""

    name = "cases"
    verbose_name = "案件"

    def ready(self) -> None:
        """Register what other layers and the pages look up by name."""
        from cases import actions, boxes, checks, closing_aside, kinds, measures, menu  # noqa: F401
        from cases.identity import normalise
        from cases.models import Party
        from enforcement import rotation

        rotation.register_index(rotation.Index(Party, "id_number", "id_blind", normalise=normalise))
