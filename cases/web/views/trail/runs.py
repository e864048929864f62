"""How far the verification of a long trail has come, and what it found."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from audit import clock
from cases.oversight.trail.verifying import ROLE_NEEDED, job_of, may_verify
from cases.web.pages import PageRequest, page
from cases.web.show.trail.verdict import verdict
from cases.workflow.errors import NotAllowed


@page
def run(request: PageRequest, job_id: str) -> HttpResponse:
    """One verification; htmx asks again while it runs, the page by itself without script."""
    if not may_verify(request.actor):
        raise NotAllowed(ROLE_NEEDED)
    now, job = clock.now(), job_of(job_id)
    seconds = max(0, round((now - job.asked_at).total_seconds())) if job else 0
    left = round(seconds * (job.total - job.done) / job.done) if job and job.running and job.done else None
    context = {"job": job, "seconds": seconds, "left": left, "verdict": verdict(request.actor, now)}
    return render(request, "web/trail/run.html", context)
