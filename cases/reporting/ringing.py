"""Asking a worker to draw a version up, and waiting for nobody: the sweep finds what nobody was rung for."""

from __future__ import annotations

import logging
from threading import Thread

from celery import current_app
from kombu.exceptions import OperationalError

from cases.models import ReportVersion

logger = logging.getLogger(__name__)


def ring(version: ReportVersion) -> None:
    Thread(target=_ring, args=(str(version.pk),), name="report-bell", daemon=True).start()


def _ring(version_id: str) -> None:
    try:
        current_app.send_task("cases.draw_report", [version_id], retry=False)
    except OperationalError:
        logger.warning("no worker could be rung for report version %s", version_id)
