"""The addresses of acts on many cases, and of what a list finds as a file."""

from django.urls import path

from cases.web.views.bulk import runs

urlpatterns = [
    path("bulk/", runs.bulk, name="bulk"),
    path("run/<uuid:run_id>/", runs.run, name="run"),
    path("run/<uuid:run_id>/rows.<slug:kind>", runs.run_file, name="run_file"),
]
