"""People who log in, as on the other pages."""

from tests.web.conftest import log_in

__all__ = ["log_in"]
