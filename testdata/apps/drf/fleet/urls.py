from django.urls import include, path
from rest_framework.routers import DefaultRouter

from . import apis, viewsets

router = DefaultRouter()
router.register("vans", viewsets.VanViewSet)
router.register("deliveries", viewsets.CreateDelivery, basename="delivery")

urlpatterns = [
    path("", include(router.urls)),
    path("trips/<str:plate>/", viewsets.TripsOfVan.as_view()),
    path("trips/<int:trip>/van/", viewsets.van_of_trip),
    path("trackers/<str:device>/", apis.Tracker.as_view()),
    path("fuel/", apis.fuel),
    path("maps/<str:filename>", apis.MapUpload.as_view()),
    path("leave/<int:pk>/", apis.leave_named),
]
