"""The one way out: every call that this product makes to another machine, but for its own database and Redis.

A host has to be named by the operator; its address is looked up once, judged, and that very address is called, so that
a name cannot lead elsewhere between the two. Sources: OWASP SSRF Prevention Cheat Sheet; RFC 6890 for the addresses.
"""

from agencies.outgoing.guard import OutgoingRefused, open_connection
from agencies.outgoing.web import Answer, call

__all__ = ["Answer", "OutgoingRefused", "call", "open_connection"]
