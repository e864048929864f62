"""Settings. Every value that differs between installations comes from an environment variable, read by `config.env`.

The variables are described in `docs/operations.md`. Secure by default: what is looser for the demo says so in `base`.
"""

from config.settings.api import *  # noqa: F403
from config.settings.base import *  # noqa: F403
from config.settings.data import *  # noqa: F403
from config.settings.entry import *  # noqa: F403
from config.settings.outside import *  # noqa: F403
from config.settings.telling import *  # noqa: F403
from config.settings.work import *  # noqa: F403
