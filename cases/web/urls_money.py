"""The addresses of the pages about money over many cases."""

from django.urls import path

from cases.web.views.money import charges, ledger

urlpatterns = [
    path("charges/", charges.charges, name="charges"),
    path("surcharges/", ledger.surcharges, name="surcharges"),
    path("surcharges/surcharges.<slug:kind>", ledger.surcharges_file, name="surcharges_file"),
    path("surcharges/<str:number>/<int:list_no>/", ledger.surcharge, name="surcharge"),
]
