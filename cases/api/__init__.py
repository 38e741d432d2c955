"""Cases over the REST interface: lists, timeline, what hangs on a case, and every verb."""

from cases.api.addresses import urls

__all__ = ["urls"]
