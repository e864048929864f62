"""All addresses. Each app declares its own; here they only get their prefix. /healthz is answered before them."""

from django.urls import include, path

from config import errors

urlpatterns = [
    path("api/v1/", include("notifications.pages.api_urls")),
    path("api/v1/", include("cases.api.urls")),
    path("inbox/", include("notifications.urls")),
    path("deliveries/", include("notifications.pages.urls")),
    path("channels/", include("notifications.channels.endpoints.urls")),
    path("", include("cases.web.urls")),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
