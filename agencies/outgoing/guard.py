"""Who may be called, and at which of its addresses."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from time import monotonic

from django.conf import settings

Address = IPv4Address | IPv6Address


class OutgoingRefused(OSError):
    """The call was not made. The message names the host and the setting, never what was to be sent."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh, self.en = zh, en


class AnswerRefused(OutgoingRefused):
    """The call was made, and its answer was broken off: too long, or too slow."""


def check_host(host: str) -> str:
    """The name as it stands in the list. Raises OutgoingRefused for one that the operator has not named."""
    name = host.lower().rstrip(".").strip("[]")
    if name not in settings.OUTGOING_HOSTS:
        raise OutgoingRefused(f"{name} 未在 LIANZHI_OUTGOING_HOSTS 中列出", f"{name} is not in LIANZHI_OUTGOING_HOSTS")
    return name


def open_connection(host: str, port: int, *, timeout: float, named: bool = False) -> socket.socket:
    """A connection to an address that was judged. `named`: a setting of its own already names this host.

    Raises OutgoingRefused, OSError.
    """
    name = host.lower().rstrip(".").strip("[]") if named else check_host(host)
    private = named or name in settings.OUTGOING_PRIVATE
    until, failed = monotonic() + timeout, OSError(f"{name} has no address")
    for family, kind, protocol, _, place in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM):
        refuse_address(ip_address(str(place[0]).partition("%")[0]), name, private=private)
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(max(0.1, until - monotonic()))
            connection.connect(place)
        except OSError as error:
            connection.close()
            failed = error
            continue
        connection.settimeout(timeout)
        return connection
    raise failed


def refuse_address(address: Address, name: str, *, private: bool) -> None:
    """Raises OutgoingRefused: metadata services and broadcasts always, the inside of a network unless it is allowed."""
    inner = _embedded(address)
    never = inner.is_link_local or inner.is_multicast or inner.is_unspecified or inner in _METADATA
    if never or (not inner.is_global and not private):
        raise OutgoingRefused(
            f"{name} 的地址在内网，未在 LIANZHI_OUTGOING_PRIVATE 中列出",
            f"{name} has an inner address and is not in LIANZHI_OUTGOING_PRIVATE",
        )


def _embedded(address: Address) -> Address:
    """An IPv4 address that is written as an IPv6 one is judged as what it is."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address.packed[:12] == _NAT64:
            return IPv4Address(address.packed[12:])
    return address


_NAT64 = IPv6Address("64:ff9b::").packed[:12]
# Where clouds answer with their machine's own credentials; most are link-local, these are not.
_METADATA = frozenset({ip_address("100.100.100.200"), ip_address("fd00:ec2::254"), ip_address("192.0.0.192")})
