"""The sentences are compared in Chinese, whatever language the test before left the process in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with override("zh-hans"):
        yield
