"""The addresses of 单位通知渠道."""

from django.urls import path

from notifications.channels.endpoints import views

app_name = "channels"

urlpatterns = [
    path("", views.endpoints, name="list"),
    path("<uuid:endpoint_id>/", views.endpoint, name="endpoint"),
]
