"""The one entrance to the settings."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from cases.web.pages import PageRequest, page
from cases.web.show.settings.entrance import context


@page
def settings(request: PageRequest) -> HttpResponse:
    """What this person can look at or change."""
    return render(request, "web/settings/index.html", context(request.actor))
