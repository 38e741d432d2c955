"""Deadlines (期限): dated rules and a calendar turn the timeline of a case into clocks.

``calendar``, ``rule``, ``rulebook``, ``spans``, ``clocks`` and ``explain`` are pure: no Django, no
database, no clock on the wall. Everything they say follows from their arguments.
"""
