"""What a cell of a monitoring list says about an address, a port and a time."""

import ipaddress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.policy.addresses import (
    OPERATORS,
    city_hint,
    classify,
    operator_of,
    read_port,
    well_known_name,
)
from cases.policy.dated import DATA, load


@pytest.mark.parametrize(
    ("cell", "ip"),
    [
        ("36.154.192.217", "36.154.192.217"),
        (" 36.154.192.217 ", "36.154.192.217"),
        ("３６.１５６.６６.１９９", "36.156.66.199"),
        ("36。156。66。199", "36.156.66.199"),
        ("36．156．66．199", "36.156.66.199"),
        ("59.83.225.0", "59.83.225.0"),
        ("240e:0:0::1", "240e::1"),
        ("::ffff:36.154.192.217", "36.154.192.217"),
    ],
)
def test_an_address_is_read_as_typed_lists_have_it(cell: str, ip: str) -> None:
    found = classify(cell)
    assert (found.text, found.problem, str(found.ip)) == (ip, "", ip)


@pytest.mark.parametrize("cell", [None, "", "  ", "-", "--", "—", "无", "未知", "N/A"])
def test_an_empty_cell_has_no_address(cell: str | None) -> None:
    assert classify(cell).problem == "no_ip"


@pytest.mark.parametrize(
    "cell",
    [
        "127.0.0.1",
        "10.20.30.40",
        "192.168.1.10",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "198.51.100.7",
        "::1",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
    ],
)
def test_an_address_that_is_not_public_cannot_be_traced(cell: str) -> None:
    assert classify(cell).problem == "not_global"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("8.8.8.8", "Google Public DNS"),
        ("114.114.114.114", "114DNS"),
        ("223.5.5.5", "AliDNS"),
        ("104.17.3.4", "Cloudflare"),
        ("2001:4860:4860::8888", "Google Public DNS"),
        ("２２３.５.５.５", "AliDNS"),
        ("119.29.29.29", "DNSPod"),
        ("180.184.1.1", "Volcengine DNS"),
        ("117.50.10.10", "OneDNS"),
        ("218.2.2.2", "China Telecom Jiangsu DNS"),
        ("221.6.4.66", "China Unicom Jiangsu DNS"),
        ("112.4.0.55", "China Mobile Jiangsu DNS"),
        ("77.88.8.8", "Yandex DNS"),
        ("4.2.2.6", "Level 3 DNS"),
        ("199.232.1.1", "Fastly"),
        ("2a04:4e42::1", "Fastly"),
        ("61.177.7.1", "China Telecom Jiangsu DNS"),
        ("221.228.255.1", "China Telecom Jiangsu DNS"),
        ("58.240.57.33", "China Unicom Jiangsu DNS"),
        ("210.29.96.33", "CERNET Jiangsu DNS"),
        ("202.96.209.5", "China Telecom Shanghai DNS"),
        ("202.106.0.20", "China Unicom Beijing DNS"),
        ("211.138.180.2", "China Mobile Anhui DNS"),
        ("13.32.0.1", "Amazon CloudFront"),
        ("13.35.1.1", "Amazon CloudFront"),
        ("99.84.1.1", "Amazon CloudFront"),
        ("2600:9000::1", "Amazon CloudFront"),
        ("104.64.1.1", "Akamai"),
        ("184.24.1.1", "Akamai"),
        ("2.16.1.1", "Akamai"),
        ("23.45.67.89", "Akamai"),
        ("107.154.1.1", "Imperva"),
        ("192.229.173.207", "Edgio"),
        ("205.185.216.10", "StackPath"),
    ],
)
def test_a_public_service_is_no_subscriber(cell: str, name: str) -> None:
    found = classify(cell)
    assert found.problem == "well_known"
    assert name in found.zh
    assert found.ip is not None
    assert well_known_name(found.ip) == name


@pytest.mark.parametrize(
    "cell", ["218.2.2.3", "114.114.114.113", "221.6.4.70", "151.100.1.1", "61.177.7.2", "52.1.1.1"]
)
def test_beside_a_public_service_there_are_subscribers(cell: str) -> None:
    assert classify(cell).problem == ""


@pytest.mark.parametrize(
    ("cell", "slips", "suggestion"),
    [
        ("6l.147.103.140", ("l→1",), "61.147.103.140"),
        ("6I.147.103.140", ("I→1",), "61.147.103.140"),
        ("1O.2.3.4", ("O→0",), "10.2.3.4"),
        ("61.147.1o3.14O", ("O→0", "o→0"), "61.147.103.140"),
        ("999.12.3.4", ("octet_range",), ""),
        ("61.147.103", ("octet_count",), ""),
        ("061.147.103.140", ("leading_zero",), "61.147.103.140"),
        ("61.147.103.140:8080", ("port_attached",), "61.147.103.140"),
        ("61.147.103.140/24", ("prefix_length",), "61.147.103.140"),
        ("61,147,103,140", (",→.",), "61.147.103.140"),
        ("pool.minexmr.com", ("o→0", "l→1"), ""),
        ("1:2:3", (), ""),
        ("2409:8a20::1%eth0", ("zone",), "2409:8a20::1"),
        # Joined, the first would be another subscriber.
        ("49.81.110.1 2", ("blank_inside",), ""),
        ("49.81.110.1\n2", ("blank_inside",), ""),
        ("49.81. 110.3", ("blank_inside",), "49.81.110.3"),
        ("4 9.81.110.3", ("blank_inside",), ""),
        ("49.81.99.4 5006", ("port_blank",), "49.81.99.4"),
        ("2409:8a20::1 5006", ("port_blank",), "2409:8a20::1"),
        ("49.81.110,5", (",→.",), "49.81.110.5"),
        ("http://49.81.1.1:5007", ("url", "port_attached"), "49.81.1.1"),
        ("https://49.81.1.1/x", ("url",), "49.81.1.1"),
        ("49.81.1.1/5005", ("port_slash",), "49.81.1.1"),
        ("49.81.1.1/33", ("port_slash",), "49.81.1.1"),
    ],
)
def test_a_slip_is_named_and_never_corrected_silently(cell: str, slips: tuple[str, ...], suggestion: str) -> None:
    found = classify(cell)
    assert (found.problem, found.ip) == ("bad_ip", None)
    assert (found.slips, found.suggestion) == (slips, suggestion)


def test_no_content_network_within_the_country_is_taken_for_a_service() -> None:
    """Its machines stand in the carriers' own prefixes, beside subscribers."""
    for row in load("well_known")["network"]:
        for network in map(ipaddress.ip_network, row["prefixes"]):
            single = network.prefixlen == network.max_prefixlen
            assert single or operator_of(network.network_address) is None, (row["name"], network)


def test_the_sentence_names_the_slip_and_asks() -> None:
    found = classify("6l.147.103.140")
    assert found.zh == "IP 地址写法不对（l→1）"
    assert found.suggestion == "61.147.103.140", "which is an address, and not in the words that everybody reads"
    assert found.en == "not an IP address (l→1)"
    assert classify("999.12.3.4").zh == "IP 地址写法不对（有一段大于 255）"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=30))
def test_any_text_gets_an_answer(text: str) -> None:
    found = classify(text)
    assert (found.ip is None) == (found.problem in ("no_ip", "bad_ip"))


@pytest.mark.parametrize(
    ("cell", "port"),
    [
        ("1159", (1159, "")),
        (1159, (1159, "")),
        ("8080.0", (8080, "")),
        ("８０８０", (8080, "")),
        ("65535", (65535, "")),
        ("1", (1, "")),
        ("0", (None, "bad_port")),
        ("65536", (None, "bad_port")),
        ("80a", (None, "bad_port")),
        ("-1", (None, "bad_port")),
        ("8080.5", (None, "bad_port")),
        (" 5001 ", (5001, "")),
        ("5 001", (None, "bad_port")),
        ("5,001", (None, "bad_port")),
        ("50\n01", (None, "bad_port")),
        ("", (None, "no_port")),
        (None, (None, "no_port")),
        ("无", (None, "no_port")),
    ],
)
def test_a_port_is_1_to_65535(cell: str | int | None, port: tuple[int | None, str]) -> None:
    assert read_port(cell) == port


@pytest.mark.parametrize(
    ("ip", "operator"),
    [
        ("1.12.14.1", "ct"),
        ("117.60.20.241", "ct"),
        ("153.99.155.209", "cu"),
        ("36.154.192.217", "cm"),
        ("58.195.88.224", "cernet"),
        ("159.226.1.1", "cstnet"),
        ("240e::1", "ct"),
        ("2409:8000::1", "cm"),
        ("2408:8000::1", "cu"),
        ("8.8.8.8", None),
        ("192.0.2.1", None),
    ],
)
def test_the_operator_is_told_by_prefix(ip: str, operator: str | None) -> None:
    assert operator_of(ip) == operator
    assert operator is None or operator in OPERATORS


def test_a_lookup_equals_the_slow_scan_of_the_files() -> None:
    files = {"chinanet": "ct", "unicom": "cu", "cmcc": "cm", "cernet": "cernet", "cstnet": "cstnet", "drpeng": "drpeng"}
    networks = [
        (ipaddress.ip_network(line), value)
        for name, value in {**files, "china": "cn"}.items()
        for line in (DATA / "ip" / f"{name}.txt").read_text().split()
    ]
    for sample in (
        "117.60.20.241",
        "36.154.192.217",
        "202.195.73.17",
        "1.2.3.4",
        "159.226.1.1",
        "58.218.247.53",
        "47.241.2.137",
    ):
        address = ipaddress.ip_address(sample)
        holding = [(n.prefixlen, -rank, v) for rank, (n, v) in enumerate(networks) if address in n]
        assert operator_of(sample) == (max(holding)[2] if holding else None), sample


@pytest.mark.parametrize(
    ("ip", "city"),
    [
        ("36.149.27.1", "3203"),
        ("36.154.192.217", "3203"),
        ("117.88.13.235", "3201"),
        ("8.8.8.8", None),
        ("240e::1", None),
    ],
)
def test_the_city_is_a_hint_for_jiangsu_only(ip: str, city: str | None) -> None:
    assert city_hint(ip) == city


def test_the_prefix_files_keep_their_licence_beside_them() -> None:
    folder = DATA / "ip"
    assert "MIT License" in (folder / "LICENSE.china-operator-ip").read_text()
    assert "09179e36" in (folder / "SOURCE.md").read_text()
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 2_000_000


def test_a_cell_of_thousands_of_digits_is_no_address_and_no_crash() -> None:
    for text in ("1." + "9" * 5000, "9" * 5000, "1.2.3." * 2000):
        found = classify(text)
        assert (found.problem, found.slips, found.suggestion) == ("bad_ip", (), "")
