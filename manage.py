#!/usr/bin/env python
"""The one command line of the product: `manage.py COMMAND`. Starts the embedded servers when they are needed."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.embedded import EmbeddedError, ensure_for_command
    from config.env import SettingError

    try:
        ensure_for_command(sys.argv[1:])
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(f"embedded servers: {error}")
    except SettingError as error:
        sys.exit(f"settings: {error}")


if __name__ == "__main__":
    main()
