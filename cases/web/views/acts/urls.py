"""The addresses around the acts."""

from django.urls import path

from cases.web.views.acts import drafts, files, receipts, second

urlpatterns = [
    path("cases/new/draft/", drafts.keep_opening, name="keep_opening"),
    path("cases/<str:number>/actions/<slug:action>/draft/", drafts.keep, name="keep_draft"),
    path("cases/<str:number>/actions/<slug:action>/file/", files.take, name="act_file"),
    path("cases/<str:number>/second/<slug:action>/", second.waiting, name="second"),
    path("cases/<str:number>/receipts/<int:seq>/", receipts.receipt, name="act_receipt"),
    path("second/", second.enter, name="second_code"),
    path("second/state/", second.state, name="second_state"),
]
