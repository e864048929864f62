"""The Celery application: `celery -A config worker` and `celery -A config beat`.

Celery only rings: what is owed stands in PostgreSQL (outbox, tasks), so a lost Redis loses nothing and a task may
run twice. Options and the reasons for them are in `config/settings/work.py`.
"""

import os
import signal
import sys

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# The worker, for what it forks: a child whose parent was killed meanwhile cannot ask for it any more.
LOADED_BY = os.getpid()

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

    if os.getpid() != LOADED_BY and not die_with(LOADED_BY, signal.SIGTERM):
        sys.exit("the worker of this timetable is gone")


worker_init.connect(start_embedded_servers)
# First of all: starting servers takes long enough for the worker to be killed meanwhile.
beat_init.connect(end_with_the_worker)
beat_init.connect(start_embedded_servers)
