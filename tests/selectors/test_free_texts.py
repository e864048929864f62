"""Long numbers in free texts are masked for everybody; days that somebody typed are none."""

from __future__ import annotations

import pytest

from cases.selectors.precision import texts


@pytest.fixture
def clean(monkeypatch):
    monkeypatch.setattr(texts, "_known", lambda *_: [])
    return texts.cleaner(None, "", None)


@pytest.mark.parametrize(
    "text",
    [
        "请于 2026-12-07 前答复",
        "2026-12-07 18:00 前报送",
        "自 2026-12-07 至 2026-12-31",
        "2026-12-07--2026-12-31 暂缓；2026-12-07 - 2026-12-31",
        "2026-1-7 到场，2026-11 已抄表",
        "2026-12-07 3 个工作日内",
    ],
)
def test_a_day_stays_as_it_was_typed(clean, text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("13805201234", "电话 13805201234"),
        ("138 0520 1234", "电话 138 0520 1234"),
        ("0516-8350-1234", "座机 0516-8350-1234"),
        ("3203050012345678", "户号 3203050012345678"),
        ("6222 0212 3456 7890 123", "卡号 6222 0212 3456 7890 123"),
        ("32030519800101123X", "身份证 32030519800101123X"),
        ("20261207", "户号 20261207"),
        # No day, or more than one.
        ("2026-13-07", "户号 2026-13-07"),
        ("2026-12-0712", "户号 2026-12-0712"),
        ("2026-12-07-0012", "户号 2026-12-07-0012"),
        ("13805201234", "2026-12-07 13805201234"),
        ("3203050012", "3203050012 2026-12-07"),
    ],
)
def test_a_number_is_masked_as_before(clean, number, text):
    assert number not in clean(text)
    assert "*" in clean(text)
