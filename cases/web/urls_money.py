"""The addresses of the pages about money over many cases."""

from django.urls import path

from cases.web.views.money import charges, comparing, ledger, runs

urlpatterns = [
    path("charges/", charges.charges, name="charges"),
    path("bill-runs/", runs.runs, name="bill_runs"),
    path("bill-runs/<uuid:run_id>/", runs.bill_run, name="bill_run"),
    path("bill-runs/<uuid:run_id>/bills.<slug:kind>", runs.bill_run_file, name="bill_run_file"),
    path("reconciliation/", comparing.files, name="billed_files"),
    path("reconciliation/<uuid:file_id>/", comparing.billed_file, name="billed_file"),
    path(
        "reconciliation/<uuid:file_id>/differences.<slug:kind>", comparing.billed_file_export, name="billed_file_export"
    ),
    path("surcharges/", ledger.surcharges, name="surcharges"),
    path("surcharges/surcharges.<slug:kind>", ledger.surcharges_file, name="surcharges_file"),
    path("surcharges/<str:number>/<int:list_no>/", ledger.surcharge, name="surcharge"),
]
