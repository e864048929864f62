"""The one way out: every call that this product makes to another machine, but for its own database and Redis.

A host has to be named by the operator; its address is looked up once, judged, and that very address is called, so that
a name cannot lead elsewhere between the two. Sources: OWASP SSRF Prevention Cheat Sheet; RFC 6890 for the addresses.
"""

from agencies.outgoing.guard import AnswerRefused, OutgoingRefused, open_connection
from agencies.outgoing.web import Answer, call, check_address, hang_up_at

__all__ = [
    "Answer",
    "AnswerRefused",
    "OutgoingRefused",
    "call",
    "check_address",
    "hang_up_at",
    "open_connection",
]
