"""Sent after commit when a timeline grew: a shortcut for other layers, never relied upon."""

from django.dispatch import Signal

#: Arguments: ``case_id``. Receivers must cope with never being called: the sweep repairs.
event_recorded = Signal()
