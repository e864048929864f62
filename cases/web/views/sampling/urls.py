"""The addresses of sampling."""

from django.urls import path

from cases.web.views.sampling import pages, units

urlpatterns = [
    path("sampling/", pages.samples, name="samples"),
    path("sampling/<uuid:sample_id>/", pages.sample, name="sample"),
    path("sampling/<uuid:sample_id>/draw/", pages.draw, name="sample_draw"),
    path("sampling/<uuid:sample_id>/results.<slug:form>", pages.results, name="sample_results"),
    path("sampling/<uuid:sample_id>/population.<slug:form>", pages.population, name="sample_population"),
    path("sampling/<uuid:sample_id>/<int:position>/", units.unit, name="sample_unit"),
    path("sampling/<uuid:sample_id>/<int:position>/accept/", units.accept, name="sample_accept"),
]
