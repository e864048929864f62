"""The addresses of the inbox."""

from django.urls import path

from notifications import views
from notifications.pages import hearing, live, samples, settings

app_name = "notifications"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<int:message_id>/", views.open_message, name="open"),
    path("read/", views.read_all, name="read_all"),
    path("mark/", views.mark, name="mark"),
    path("settings/", settings.settings_page, name="settings"),
    path("hearing/", hearing.hearing, name="hearing"),
    path("samples/", samples.samples, name="samples"),
    path("arrivals/", live.arrivals, name="arrivals"),
]
