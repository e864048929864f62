"""`python -m tests.receivers.main KIND FOLDER PORT [OPTION…]`: serve until killed. Port 0: any. Prints `ready PORT`."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from tests.receivers import mailbox, web
from tests.receivers.book import Book


def main(kind: str, folder: str, port: str, *options: str) -> None:
    parent = os.getppid()
    book = Book(Path(folder))
    serve = mailbox.serve if kind == "smtp" else web.serve
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    serve(kind, book, int(port), _ready, *options)


def _ready(port: int) -> None:
    sys.stdout.write(f"ready {port}\n")
    sys.stdout.flush()


def _end_with(parent: int) -> None:
    """Nobody asks any more once the tests are gone."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(0.5)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
