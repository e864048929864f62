"""`python -m tests.drills.telling.nursery`: for each line of its input a process, whose number it answers.

`relay` is `manage.py deliver_notifications`, the same command in a process of its own; `client …` is `clients.py` with
these words, `reached …` is `reached.py`. Only loading is done once.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback

import django

from config.embedded import process


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from notifications.management.commands import deliver_notifications
    from tests.drills.telling import clients, reached

    if os.environ.get(reached.ASKED_FOR):
        reached.shorten_leases()

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    nursery = os.getpid()
    for line in sys.stdin:
        what, *words = line.split()
        pid = os.fork()
        if pid == 0:
            try:
                # Not the end of file of the pipe that this process is asked through.
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                process.die_with(nursery, signal.SIGKILL)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.environ["PGAPPNAME"] = what
                if what == "client":
                    clients.main(*words)
                elif what == "reached":
                    reached.main(*words)
                else:
                    call_command(deliver_notifications.Command(), verbosity=0)
            except Exception:  # noqa: BLE001 — told, and whoever waits sees that there is no end of its work
                traceback.print_exc()
            finally:
                os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
