"""PostgreSQL and Redis for one machine with nothing to install, used when DATABASE_URL is not set."""

from config.embedded.client import claim_demo, ensure, ensure_for_command, is_wanted, status, stop, supervisor_pid
from config.embedded.home import APP_ROLE, OWNER_ROLE, EmbeddedError, Home

__all__ = [
    "APP_ROLE",
    "OWNER_ROLE",
    "EmbeddedError",
    "Home",
    "claim_demo",
    "ensure",
    "ensure_for_command",
    "is_wanted",
    "status",
    "stop",
    "supervisor_pid",
]
