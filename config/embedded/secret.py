"""The secret key of the embedded mode: drawn once, kept in the home directory, readable by its owner only."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from config.embedded.home import Home, explained


def demo_secret_key(home: Home) -> str:
    home.create()
    with explained(home.secret_key):
        if not home.secret_key.exists():
            _draw(home)
        return home.secret_key.read_text()


def _draw(home: Home) -> None:
    descriptor, name = tempfile.mkstemp(prefix="secret_key.", dir=home.root)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        # Linking fails where another process was faster; both then read the same key.
        with contextlib.suppress(FileExistsError):
            os.link(draft, home.secret_key)
    finally:
        draft.unlink()
