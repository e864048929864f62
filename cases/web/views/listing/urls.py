"""Addresses beside the list of cases."""

from django.urls import path

from cases.web.views.listing import search, views

urlpatterns = [
    path("cases/search/", search.search, name="case_search"),
    path("cases/views/", views.views, name="case_views"),
    path("cases/views/save/", views.save, name="case_view_save"),
    path("cases/views/first/", views.first, name="case_view_first"),
    path("cases/views/<uuid:view_id>/", views.change, name="case_view"),
    path("cases/rows/", views.density, name="case_rows"),
]
