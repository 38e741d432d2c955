#!/usr/bin/env python3
"""Entry point for every command; finds or starts the embedded servers first."""

import os
import sys


def main() -> None:
    """Run one management command, with a database and a Redis to talk to."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enforcement.settings")
    from enforcement import embedded, logs

    logs.begin(command=" ".join(sys.argv[1:2]), run=os.urandom(8).hex())
    embedded.ensure_for_command(sys.argv[1:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
