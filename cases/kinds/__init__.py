"""Event kinds (事件种类): the contract between the verbs that record and the rules that count.

One module a group of nouns; each adds its kinds to the one table. Codes are dotted,
``noun.past_participle``; ``data`` names rows by id, days as ISO text, sums as decimal text.
"""

from __future__ import annotations

from cases.kinds import assets, core, course, ending, money, persons, review, sale
from cases.kinds.table import KINDS, WORDS, Audience, Kind, kept, kind, register, told

PARTY, COURT, SUPERVISION = Audience.PARTY, Audience.COURT, Audience.SUPERVISION

__all__ = [
    "COURT",
    "KINDS",
    "PARTY",
    "SUPERVISION",
    "WORDS",
    "Audience",
    "Kind",
    "assets",
    "core",
    "course",
    "ending",
    "kept",
    "kind",
    "money",
    "persons",
    "register",
    "review",
    "sale",
    "told",
]
