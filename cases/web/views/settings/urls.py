"""The addresses of the settings."""

from django.urls import path

from cases.web.views.settings import agencies, entrance, parameters, sources

urlpatterns = [
    path("settings/", entrance.settings, name="settings"),
    path("settings/agencies/", agencies.agencies, name="agencies"),
    path("settings/parameters/", parameters.parameters, name="parameters"),
    path("settings/parameters/<str:key>/", parameters.parameter, name="parameter"),
    path("settings/sources/", sources.sources, name="sources"),
]
