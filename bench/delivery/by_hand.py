"""A relay by hand: `python -m bench.delivery.by_hand DSN` listens, and writes what is undelivered in one statement.

Told are the people of the addressed agency with one of the task's roles, or its assignee; not who acted.
"""

from __future__ import annotations

import select
import sys

import psycopg2

TELL = """
WITH due AS (
    SELECT id, case_id, topic, agency_id, payload, created_at FROM cases_outbox WHERE delivered_at IS NULL ORDER BY id
), told AS (
    INSERT INTO notifications_message (outbox_id, user_id, agency_id, case_id, topic, payload, created_at)
    SELECT DISTINCT ON (d.id, m.user_id)
           d.id, m.user_id, m.agency_id, d.case_id, d.topic, d.payload - 'roles', d.created_at
      FROM due d JOIN agencies_membership m ON m.agency_id = d.agency_id AND m.active
     WHERE (m.user_id = (d.payload->>'assignee')::bigint
            OR d.payload->>'assignee' IS NULL AND d.payload->'roles' ? m.role)
       AND m.user_id <> (d.payload->>'by')::bigint
     ORDER BY d.id, m.user_id
    ON CONFLICT DO NOTHING
)
UPDATE cases_outbox o SET delivered_at = now() FROM due WHERE o.id = due.id
"""


def main(dsn: str) -> None:
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("LISTEN bench")
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        while True:
            cursor.execute(TELL)
            while not connection.notifies:
                select.select([connection], [], [], 10)
                connection.poll()
            connection.notifies.clear()


if __name__ == "__main__":
    main(sys.argv[1])
