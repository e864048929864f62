"""The masks: enough to recognise, too little to use."""

from __future__ import annotations

import pytest

from cases.selectors import masking


@pytest.mark.parametrize(
    ("kind", "clear", "masked"),
    [
        ("holder", "邵军", "邵*"),
        ("holder", "邵建国", "邵**"),
        ("holder", "欧阳建国", "欧***"),
        ("holder", "徐州淮盛网络科技有限公司", "徐州********公司"),
        ("phone", "18012341999", "180****1999"),
        ("phone", "83891234", "83****34"),
        ("phone", "110", "1**"),
        ("identity", "320303198001011234", "320303********1234"),
        ("identity", "32030319800101123X", "320303********123X"),
        ("identity", "3203031980", "**********"),
        ("meter", "3203145824572", "3203*****4572"),
        ("broadband", "052183891234", "0521****1234"),
        ("network", "58.218.10.21", "58.218.*.*"),
        ("network", "240e:3a1:5c2::17", "240e:3a1:*:*"),
        ("network", "localhost", "***"),
        ("address", "江苏省徐州市铜山区柳新镇孟庄村3组12号", "江苏省徐州市铜山区***"),
        ("address", "铜山区柳新镇孟庄村", "铜山区***"),
        ("address", "江苏省沛县大屯街道", "江苏省沛县***"),
        ("address", "江苏省徐州市新沂市马陵山路1号", "江苏省徐州市新沂市***"),
        ("address", "徐州市解放路12号", "徐州市***"),
        ("address", "解放路御景小区3栋", "***"),
        ("address", "徐州市解放路御景小区3栋", "徐州市***"),
        ("address", "大润发超市东侧", "***"),
        ("address", "柳新镇孟庄村", "***"),
        ("content", "楼上整夜有风扇声", "***"),
        ("anything else", "x", "***"),
    ],
)
def test_a_value_is_masked_by_its_kind(kind: str, clear: str, masked: str) -> None:
    assert masking.mask(kind, clear) == masked


def test_no_mask_shows_more_than_it_hides_of_a_number() -> None:
    for length in range(2, 20):
        text = "123456789012345678901"[:length]
        hidden = masking.digits(text).count("*")
        assert len(masking.digits(text)) == length
        assert hidden >= (length - 8 if length > 10 else length - 4), text


@pytest.mark.parametrize(
    ("clear", "masked"), [("25637.77", "2****.**"), ("7", "*"), ("-3.5", "-*.*"), ("34567", "3****")]
)
def test_a_figure_keeps_its_size_and_nothing_else(clear: str, masked: str) -> None:
    assert masking.figure(clear) == masked
