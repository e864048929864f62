"""Other machines: which may be called, the virus scanner, the city's sign-on, and the systems that call us."""

from __future__ import annotations

from config.settings.base import env

# Hosts that may be called at all; those of them whose addresses lie inside a network.
OUTGOING_PRIVATE = frozenset(env.hosts("LIANZHI_OUTGOING_PRIVATE"))
OUTGOING_HOSTS = frozenset(env.hosts("LIANZHI_OUTGOING_HOSTS")) | OUTGOING_PRIVATE
CLAMAV = env.scanner("LIANZHI_CLAMAV")
