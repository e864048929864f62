"""The secret key of the embedded mode: drawn once, kept in the home directory, readable by its owner only."""

from __future__ import annotations

import contextlib
import os
import secrets

from config.embedded.home import Home


def demo_secret_key(home: Home) -> str:
    home.create()
    with contextlib.suppress(FileNotFoundError):
        return home.secret_key.read_text()
    draft = home.secret_key.with_name(f"secret_key.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
    # Linking fails where another process was faster; both then read the same key.
    with contextlib.suppress(FileExistsError):
        os.link(draft, home.secret_key)
    draft.unlink()
    return home.secret_key.read_text()
