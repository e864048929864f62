"""Which software decided: the commit of the checkout, or the release's number."""

from __future__ import annotations

import subprocess
from pathlib import Path

RELEASE = "1.0.0"


def software_version(base: Path) -> str:
    """The release and the short commit hash where the product runs from a checkout, such as "1.0.0+3f2a91c"."""
    try:
        found = subprocess.run(
            ["git", "-C", str(base), "rev-parse", "--short=12", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return RELEASE
    return f"{RELEASE}+{found.stdout.strip()}"
