"""The addresses of the pages beside the page of a case."""

from django.urls import path

from cases.web.views.casepage import beside, dossier, load, past

urlpatterns = [
    path("measures/", beside.measures, name="case_measures"),
    path("history/", beside.case_history, name="case_history"),
    path("past/", past.case_past, name="case_past"),
    path("load/", load.bring_load, name="bring_load"),
    path("load/readings.csv", load.load_readings, name="load_readings"),
    path("load/template.csv", load.load_template, name="load_template"),
    path("dossier.pdf", dossier.case_dossier, name="dossier"),
]
