"""People logged in, as the tests of the pages have them."""

from tests.web.conftest import log_in

__all__ = ["log_in"]
