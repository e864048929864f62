"""The addresses of the pages of the working calendar."""

from django.urls import path

from cases.web.views.calendar import changes, pages

urlpatterns = [
    path("calendar/", pages.calendar, name="calendar"),
    path("calendar/new/", changes.new_days, name="calendar_new"),
    path("calendar/plans/new/", changes.new_plan, name="calendar_plan"),
    path("calendar/<uuid:entry_id>/", pages.entry, name="calendar_entry"),
]
