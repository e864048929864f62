"""Mail, webhook and SMS receivers as processes of their own: they record, deduplicate by id, and fail on demand.

    receiver = start("webhook", folder)          # or "smtp", "sms"; an ephemeral port, given back by `port`
    receiver.fail("503", "hang_up")              # the next two deliveries
    receiver.got()                               # what arrived, in order: {"id", "fresh", "fault", …}
    receiver.effects()                           # ids in the order of their first arrival: what had an effect
    receiver.kill(); receiver.restart()          # SIGKILL, and again on the same port with what it had recorded
    receiver.stop()

Faults: `4xx`/`5xx` numbers (SMTP: reply codes), `slow` (answers after SLOW_SECONDS), `silent` (never answers),
`hang_up` (closes in the middle, takes nothing), `accept_and_hang_up` (records, then closes before its answer),
`accept_and_die` (records, then the whole process ends before its answer). A fault may carry `;header=value` pairs:
`429;Retry-After=7`, and for HTTP a body after `|`: `200|{"errcode":93000}`.
"""

from tests.receivers.process import Receiver, start

__all__ = ["Receiver", "start"]
