"""The demo's small world (演示数据): fictional people and cases, lived through day by day.

Nothing here writes a case by itself. Scripts (``ordinary``, ``edges``, ``faults``,
``supervision``, ``stories``) let people act through the verbs on past days, the real sweep runs
on each day on which something lapsed, and what is found at the end is what such a year leaves
behind. People, companies, numbers and courts' conduct are invented; the courts are real.

The three stories of the founding article are told in ``stories`` as anonymised fiction.
"""
