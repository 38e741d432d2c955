"""Icon of each verb on its button (names in the sprite); unknown verbs get an arrow."""

from __future__ import annotations

ICONS = {
    "file_case": "plus",
    "assign_handler": "user-check",
    "reassign_handler": "switch-horizontal",
    "receive_file": "folder-open",
    "send_notice": "send",
    "submit_lead": "bulb",
    "verify_lead": "list-check",
    "take_measure": "lock",
    "decide_listing": "ban",
    "publish_listing": "upload",
    "suspend": "player-pause",
    "resume": "player-play",
    "close_case": "archive",
    "correct_event": "pencil",
    "open_exclusion": "clock-pause",
    "close_exclusion": "clock",
    "extend_limit": "calendar-due",
}


def icon_of(verb: str) -> str:
    """Return the icon of a verb."""
    return ICONS.get(verb, "arrow-right")
