"""Which text is in force on which day, and that every rule file says where it comes from."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from cases.policy import dated, law
from cases.policy.dated import CERTAINTY, DATA, load
from cases.policy.obstacle import obstacle

STATUSES = {"in_force", "repealed", "draft", "unconfirmed", "reference"}


@pytest.mark.parametrize(
    ("key", "last_old", "old", "new"),
    [
        ("supply_rules.suspension", date(2024, 5, 31), "电力工业部令第8号", "国家发展改革委令第14号"),
        ("virtual_currency.general", date(2026, 2, 5), "银发〔2021〕237号", "银发〔2026〕42号"),
    ],
)
def test_a_replaced_document_gives_way_on_its_day(key: str, last_old: date, old: str, new: str) -> None:
    before, after = law.in_force(key, last_old), law.in_force(key, last_old + timedelta(days=1))
    assert before is not None
    assert after is not None
    assert (before.number, after.number) == (old, new)
    assert before.status == "repealed"
    assert before.replaced_by == after.document
    assert law.expired(key, last_old) is None
    assert law.expired(key, last_old + timedelta(days=1)) == before


def test_the_catalogue_moved_on_1_february_2024() -> None:
    titles = [law.in_force("catalogue.mining", day) for day in (date(2022, 1, 9), date(2022, 1, 10), date(2024, 2, 1))]
    assert titles[0] is None
    assert titles[1] is not None
    assert "2019年本" in titles[1].title_zh
    assert titles[2] is not None
    assert "2024年本" in titles[2].title_zh


def test_1283_binds_nobody_before_it_was_published() -> None:
    assert law.in_force("ndrc_1283.surcharge", date(2021, 9, 23)) is None
    found = law.in_force("ndrc_1283.surcharge", date(2021, 9, 24), "320300")
    assert found is not None
    assert found.cite() == "《关于整治虚拟货币“挖矿”活动的通知》（发改运行〔2021〕1283号）五（十三）"
    assert found.certainty == "V-P"


def test_pipl_24_begins_in_november_2021() -> None:
    assert law.in_force("pipl.automated", date(2021, 10, 31)) is None
    assert law.in_force("pipl.automated", date(2021, 11, 1)) is not None


@pytest.mark.parametrize(
    ("region", "title"),
    [("310115", "上海市供用电条例"), ("41", "河南省供用电条例"), ("320300", None), ("370100", None)],
)
def test_a_local_regulation_binds_only_its_region_and_never_unconfirmed(region: str, title: str | None) -> None:
    found = law.in_force("local_supply.suspension", date(2022, 1, 1), region)
    assert (found and found.title_zh) == title
    assert law.cite("local_supply.suspension", date(2022, 1, 1), region).startswith(f"《{title}》" if title else "")


def test_an_unknown_key_is_an_error_not_a_missing_law() -> None:
    with pytest.raises(KeyError, match="no legal basis"):
        law.in_force("law.of_the_jungle", date(2022, 1, 1))


def test_the_bars_on_residents_and_night_are_on_record_word_for_word() -> None:
    day = date(2021, 10, 12)
    residents, night = law.in_force("enforcement_law.residents", day), law.in_force("enforcement_law.night", day)
    assert residents is not None
    assert residents.article == "第四十三条第二款"
    assert "不得对居民生活采取停止供水、供电、供热、供燃气等方式" in residents.text_zh
    assert night is not None
    assert "夜间或者法定节假日" in night.text_zh


def test_editions_of_one_article_never_overlap_in_one_region() -> None:
    for one in law.all_bases():
        for other in law.all_bases():
            if one is not other and (one.key, one.region) == (other.key, other.region):
                first, second = sorted((one, other), key=lambda b: b.effective_from)
                assert first.effective_to is not None
                assert first.effective_to < second.effective_from, one.key


def test_the_rule_set_version_follows_the_content_of_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in DATA.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(dated, "DATA", tmp_path)
    assert dated.rule_set_version() == law.RULE_SET_VERSION
    assert len(law.RULE_SET_VERSION) == 12
    (tmp_path / "tariffs.toml").write_bytes((tmp_path / "tariffs.toml").read_bytes() + b"\n")
    assert dated.rule_set_version() != law.RULE_SET_VERSION


RECORDS = {
    "calendar": ["fixed"],
    "charges": ["breach", "theft", "late_fee", "capacity"],
    "legal_bases": ["document"],
    "notice_rules": ["rule"],
    "approval_chain": ["chain"],
    "service_ways": ["way"],
    "cut_checks": ["photos", "zero_load", "own"],
    "restoration_rules": ["rule", "variant", "compensation"],
    "statutory_clocks": ["clock"],
    "matching": ["model", "comparison"],
    "retention": ["retention"],
    "surcharge_rates": ["document"],
    "suspension_grounds": ["ground"],
    "tariffs": ["plan"],
    "evidence": ["family", "algorithm", "coin_end"],
    "blind_spots": ["reason"],
    "well_known": ["network"],
    "measures": ["measure"],
    "escalation": ["rule"],
    "load_curve": ["readings", "figures", "stops"],
}


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_every_record_is_dated_sourced_and_labelled(name: str) -> None:
    data = load(name)
    for table in RECORDS[name]:
        for row in data[table]:
            record = {"region": "", **data.get("defaults", {}), **row}
            assert record["source"], row
            assert record["certainty"] in CERTAINTY, row
            assert record["status"] in STATUSES, row
            first, last = record["effective_from"], record.get("effective_to")
            assert isinstance(first, date), row
            assert last is None or first <= last, row


def test_every_rule_file_is_checked_here() -> None:
    files = {path.stem for path in DATA.glob("*.toml")}
    assert files == {*RECORDS, "deadlines", "lists", "obstacles"}


@pytest.mark.parametrize("code", sorted(load("obstacles")))
def test_every_refusal_has_two_languages_and_an_article(code: str) -> None:
    names = "ground days earliest latest minutes items items_en have need rate floor due document starts effective"
    figures = dict.fromkeys(f"{names} proven ends expires now then less place named named_en claimed".split(), "1")
    for when in (date(2021, 10, 12), date(2026, 11, 20)):
        found = obstacle(code, day=when, region="320300", **figures)
        assert found.article.startswith("《"), code
        assert found.zh.endswith("。")
        assert found.en.endswith(".")
        assert any("\u4e00" <= c <= "\u9fff" for c in found.zh)
        assert "{" not in found.zh + found.en


def test_every_key_named_by_a_rule_file_is_on_record() -> None:
    known = {b.key for b in law.all_bases()}
    named: set[str] = set()
    for path in DATA.glob("*.toml"):
        _collect(tomllib.loads(path.read_text(encoding="utf-8")), named)
    assert named <= known, named - known


def _collect(node: object, named: set[str]) -> None:
    if isinstance(node, dict):
        basis = node.get("basis", [])
        named.update([basis] if isinstance(basis, str) else basis)
        for child in node.values():
            _collect(child, named)
    elif isinstance(node, list):
        for child in node:
            _collect(child, named)
