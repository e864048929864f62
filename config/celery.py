"""The Celery application: `celery -A config worker` and `celery -A config beat`.

Celery only rings: what is owed stands in PostgreSQL (outbox, tasks), so a lost Redis loses nothing and a task may
run twice. Options and the reasons for them are in `config/settings/work.py`.
"""

import os
import signal

from celery import Celery
from celery.signals import beat_embedded_init, beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("lianzhi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def start_embedded_servers(**_: object) -> None:
    """A worker started by hand works like a `manage.py` command: it finds the embedded servers running."""
    from config.embedded import ensure

    ensure()


def end_with_the_worker(**_: object) -> None:
    """The timetable inside a worker (`--beat`) is a process of its own, which a killed worker would leave behind."""
    from config.embedded.process import die_with

    die_with(os.getppid(), signal.SIGTERM)


worker_init.connect(start_embedded_servers)
beat_embedded_init.connect(end_with_the_worker)
beat_init.connect(start_embedded_servers)
