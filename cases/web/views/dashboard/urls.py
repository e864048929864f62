"""The addresses of the dashboard."""

from django.urls import path

from cases.web.views.dashboard import pages

urlpatterns = [
    path("dashboard/", pages.dashboard, name="dashboard"),
    path("dashboard/cases/", pages.dashboard_cases, name="dashboard_cases"),
    path("dashboard/<slug:name>.<slug:kind>", pages.dashboard_file, name="dashboard_file"),
]
