"""What the tests of security share."""

from __future__ import annotations

from tests.hearing import heard

__all__ = ["heard"]
