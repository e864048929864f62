"""The addresses around the acts."""

from django.urls import path

from cases.web.views.acts import drafts, second

urlpatterns = [
    path("cases/new/draft/", drafts.keep_opening, name="keep_opening"),
    path("cases/<str:number>/actions/<slug:action>/draft/", drafts.keep, name="keep_draft"),
    path("cases/<str:number>/second/<slug:action>/", second.waiting, name="second"),
    path("second/", second.enter, name="second_code"),
    path("second/state/", second.state, name="second_state"),
]
