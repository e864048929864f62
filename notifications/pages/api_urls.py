"""The addresses below /api/v1/deliveries; as all of the API with and without a slash at the end."""

from django.urls import path

from notifications.pages.api import DeliveriesView, ResendView, WithdrawView

_list, _resend, _withdraw = DeliveriesView.as_view(), ResendView.as_view(), WithdrawView.as_view()

urlpatterns = [
    path("deliveries/", _list, name="deliveries"),
    path("deliveries", _list),
    path("deliveries/resend", _resend, name="deliveries-resend"),
    path("deliveries/resend/", _resend),
    path("deliveries/withdraw", _withdraw, name="deliveries-withdraw"),
    path("deliveries/withdraw/", _withdraw),
]
