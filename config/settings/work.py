"""Redis and Celery: Redis is the broker and a cache, and losing it loses nothing."""

from __future__ import annotations

import ssl
from typing import Any

from celery.schedules import crontab
from kombu.entity import Exchange, Queue

from config.settings.base import EMBEDDED, HOME, env

REDIS_URL = env.redis("REDIS_URL", HOME.redis_url() if EMBEDDED else None) or env.required(
    "REDIS_URL", write="redis://HOST:6379/0 (it may be left out only together with DATABASE_URL)"
)
# Seconds: a request shall not wait long for what it can do without.
_PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}
CACHES = {"default": {"BACKEND": "config.cache.RedisCache", "LOCATION": REDIS_URL, "OPTIONS": _PATIENCE}}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
# Celery alone would take any certificate.
CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if REDIS_URL.startswith("rediss:") else None
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A killed worker's tasks come back after the visibility timeout, at the next sweep. With Celery's own values that is
# more than an hour; no task of ours may run longer than this limit.
CELERY_TASK_TIME_LIMIT = 280
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long Redis is away: workers and timetable wait for it.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Telling has a queue of its own: a worker that takes nothing else (`-Q telling`) tells within seconds, whatever lists,
# reports and recounts keep the others busy. A worker that names no queue takes from both.
TELLING = "telling"
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), routing_key=name)  # type: ignore[no-untyped-call]
    for name in ("celery", TELLING)
]
CELERY_TASK_ROUTES = {
    # Removing may take minutes.
    "notifications.prune_deliveries": {"queue": "celery"},
    "notifications.*": {"queue": TELLING},
}
# Most rows of one act on many cases. Ten thousand take minutes in the background, and somebody has to read the preview.
BULK_ROWS = env.integer("LIANZHI_BULK_ROWS", 5000, minimum=1, maximum=20_000)
# Rung after every act (see cases/workflow/recording/bell.py); a sweep finds what nobody rang for. Empty: no bell.
OUTBOX_TASK = "notifications.deliver"
# Hour and minute, local time.
TRAIL_VERIFIED_AT = (5, 20)
CELERY_BEAT_SCHEDULER = "config.timetable:Timetable"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # Whatever nobody rang for. A sweep that waited longer than the next one is of no use any more.
    "deliver notifications": {"task": "notifications.deliver", "schedule": 10.0, "options": {"expires": 10}},
    # What is due over mail, SMS, robots and webhooks, likewise; also what another attempt is due for.
    "send notifications": {"task": "notifications.send", "schedule": 10.0, "options": {"expires": 10}},
    # Codes that confirm a contact and that no worker was rung for.
    "send codes": {"task": "notifications.send_codes", "schedule": 10.0, "options": {"expires": 10}},
    # What is stuck, once a day; a day whose morning was missed is told with the next look.
    "tell what is stuck": {"task": "notifications.tell_stuck", "schedule": 300.0, "options": {"expires": 300}},
    # What went out half a year ago.
    "prune deliveries": {
        "task": "notifications.prune_deliveries",
        "schedule": crontab(hour=3, minute=50),
        "options": {"expires": 3600},
    },
    # Lists whose worker was killed or whose message was lost.
    "resume imports": {"task": "cases.resume_imports", "schedule": 60.0, "options": {"expires": 60}},
    # Lists that were sent in part and not finished within a day.
    "discard uploads": {"task": "cases.discard_uploads", "schedule": 600.0, "options": {"expires": 600}},
    # Feedback to the issuers of lists, likewise.
    "resume feedback": {"task": "cases.resume_feedback", "schedule": 60.0, "options": {"expires": 60}},
    # Runs of bills, likewise.
    "resume bill runs": {"task": "cases.resume_bill_runs", "schedule": 60.0, "options": {"expires": 60}},
    # Acts on many cases, likewise; previews that nobody confirmed within a day are given up.
    "resume bulk runs": {"task": "cases.resume_bulk_runs", "schedule": 60.0, "options": {"expires": 60}},
    # Weekly reports that are due, and those whose worker was killed.
    "sweep reports": {"task": "cases.sweep_reports", "schedule": 60.0, "options": {"expires": 60}},
    # Tips of residents that no worker was rung for.
    "place tips": {"task": "cases.place_tips", "schedule": 60.0, "options": {"expires": 60}},
    # Totals are exact at every moment; folding keeps them a sum over few rows.
    "fold counters": {"task": "cases.fold_counters", "schedule": 30.0, "options": {"expires": 30}},
    # A release may bring the holiday plan of a new year; until it does, administrators are warned.
    "seal access log": {"task": "audit.seal_access_log", "schedule": 3600.0, "options": {"expires": 3600}},
    "prune access log": {
        "task": "audit.prune_access_log",
        "schedule": crontab(hour=3, minute=30),
        "options": {"expires": 3600},
    },
    "propose erasures": {
        "task": "cases.propose_erasures",
        "schedule": crontab(hour=4, minute=10),
        "options": {"expires": 3600},
    },
    # Roles that ended with yesterday, on record; they count no more since midnight.
    "end roles": {"task": "agencies.end_roles", "schedule": 3600.0, "options": {"expires": 3600}},
    "note provisions": {"task": "cases.note_provisions", "schedule": 600.0, "options": {"expires": 600}},
    # Windows of cuts that nobody made; no cut is possible in them, with or without it.
    "close missed windows": {"task": "cases.close_missed_windows", "schedule": 600.0, "options": {"expires": 600}},
    # Reminders, 催办, 督办 and 通报: whatever fell due, also while nothing ran.
    "escalate deadlines": {"task": "cases.escalate_deadlines", "schedule": 60.0, "options": {"expires": 60}},
    # Deadlines whose calendar changed: whatever nobody rang for, and the rest of what a killed worker began.
    "recount deadlines": {"task": "cases.recount_deadlines", "schedule": 60.0, "options": {"expires": 60}},
    # The whole trail, every night; what it finds is kept on record and stands on the page of the trail.
    "verify trail": {
        "task": "cases.verify_trail",
        "schedule": crontab(hour=TRAIL_VERIFIED_AT[0], minute=TRAIL_VERIFIED_AT[1]),
        "options": {"expires": 3600},
    },
    "watch calendar": {"task": "cases.watch_calendar", "schedule": 3600.0, "options": {"expires": 3600}},
}
