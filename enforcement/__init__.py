"""The floor (courts, people, refusals) and the roof (settings, urls, celery) of the project."""

__version__ = "0.1.0"
