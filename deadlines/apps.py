"""The deadlines app: derives clocks from timelines and keeps them as disposable sheets."""

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    """Hears of new events, registers kinds and the clocks box."""

    name = "deadlines"
    verbose_name = "期限"

    def ready(self) -> None:
        """Connect to the timeline and register what others look up by name."""
        from cases.signals import event_recorded
        from deadlines import actions, checks, kinds, measures, menu, panels  # noqa: F401
        from deadlines.sheets import after_event

        event_recorded.connect(after_event, dispatch_uid="deadlines.rebuild")
