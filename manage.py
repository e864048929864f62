#!/usr/bin/env python
"""The one command line of the product: `manage.py COMMAND`. Starts the embedded servers when they are needed."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.embedded import EmbeddedError, ensure_for_command
    from config.env import SettingError

    try:
        " ".join(sys.argv).encode()
    except UnicodeEncodeError:
        sys.exit("命令行含有不能识别的字符，请改用 UTF-8 的终端。 The command line is not UTF-8.")
    try:
        ensure_for_command(sys.argv[1:])
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(f"embedded servers: {error}")
    except SettingError as error:
        sys.exit(f"settings: {error}")
    except Exception as error:
        # Before the first migration every command that reads the database fails alike.
        missing = {"UndefinedTable", "UndefinedFunction"} & {type(error).__name__, type(error.__cause__).__name__}
        if not missing:
            if "--traceback" in sys.argv:
                raise
            from config.logs import told

            # A timer writes this into a log, where no message that repeats somebody's data may stand.
            sys.exit(
                f"{told(error)}加 --traceback 重新运行，可在屏幕上看到全部内容。"
                " Run it again with --traceback to see on the screen what is withheld here."
            )
        sys.exit(
            f"数据库尚未建立或不是本版本的（{str(error).splitlines()[0]}）。请先运行 manage.py migrate。"
            " The database is empty or of another version; run manage.py migrate first."
        )


if __name__ == "__main__":
    main()
