"""The addresses of acts on many cases, and of what a list finds as a file."""

from django.urls import path

from cases.web.views.bulk import exports, runs

urlpatterns = [
    path("cases/cases.<slug:kind>", exports.cases_file, name="cases_file"),
    path("tasks/tasks.<slug:kind>", exports.tasks_file, name="tasks_file"),
    path("bulk/", runs.bulk, name="bulk"),
    path("run/<uuid:run_id>/", runs.run, name="run"),
    path("run/<uuid:run_id>/rows.<slug:kind>", runs.run_file, name="run_file"),
]
