"""Where a virus scanner is named, what it finds is refused, and nothing is taken while it is silent."""

from __future__ import annotations

import pytest

from cases.documents.uploads import FileRefused, scan
from config.env import Endpoint, Env, SettingError
from tests.documents.clamd import EICAR, clamd
from tests.files import PDF


@pytest.fixture
def scanner(settings):
    with clamd() as port:
        settings.CLAMAV = Endpoint("127.0.0.1", port, "")
        yield port


def test_clean_files_pass_and_an_infected_one_is_refused(scanner):
    scan("函.pdf", PDF)
    with pytest.raises(FileRefused, match="未通过病毒检查，没有保存") as refused:
        scan("函.pdf", PDF + EICAR)
    assert "did not pass the virus scanner" in refused.value.en


def test_a_scanner_that_breaks_off_refuses(scanner):
    with pytest.raises(FileRefused, match="暂时不能进行"):
        scan("函.pdf", b"break off")


def test_a_scanner_that_is_away_refuses_everything(settings):
    with clamd() as port:
        pass
    settings.CLAMAV = Endpoint("127.0.0.1", port, "")
    with pytest.raises(FileRefused, match="没有保存"):
        scan("函.pdf", PDF)
    settings.CLAMAV = Endpoint("", 0, "/nowhere/clamd.sock")
    with pytest.raises(FileRefused, match="暂时不能进行"):
        scan("函.pdf", PDF)


def test_a_file_beyond_the_scanners_limit_is_refused(settings):
    with clamd("100") as port:
        settings.CLAMAV = Endpoint("127.0.0.1", port, "")
        with pytest.raises(FileRefused, match="病毒检查"):
            scan("函.pdf", bytes(5000))


def test_without_a_scanner_nothing_is_asked(settings):
    settings.CLAMAV = None
    scan("函.pdf", EICAR)


@pytest.mark.parametrize(
    ("value", "endpoint"),
    [
        ("clamav.city.cn:3310", Endpoint("clamav.city.cn", 3310, "")),
        ("unix:///run/clamav/clamd.ctl", Endpoint("", 0, "/run/clamav/clamd.ctl")),
        ("/run/clamav/clamd.ctl", Endpoint("", 0, "/run/clamav/clamd.ctl")),
        ("", None),
    ],
)
def test_the_scanner_is_named_by_host_and_port_or_by_its_socket(value, endpoint):
    assert Env({"LIANZHI_CLAMAV": value}).scanner("LIANZHI_CLAMAV") == endpoint


@pytest.mark.parametrize("value", ["clamav", "clamav:x", "clamav:99999", "http://clamav:3310"])
def test_a_scanner_that_cannot_be_understood_stops_the_start(value):
    with pytest.raises(SettingError, match="HOST:PORT"):
        Env({"LIANZHI_CLAMAV": value}).scanner("LIANZHI_CLAMAV")
