"""Dashboards and lists from a streaming replica (从库); everything else from the primary.

``aliases`` says where a request reads now and holds writes to the primary, ``watch`` looks whether
the replica may be used, ``positions`` remembers what a person wrote, ``lists`` marks the pages.
"""
