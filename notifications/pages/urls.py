"""The addresses of 投递."""

from django.urls import path

from notifications.pages import deliveries

app_name = "deliveries"

urlpatterns = [
    path("", deliveries.deliveries, name="list"),
    path("change/", deliveries.change, name="change"),
]
