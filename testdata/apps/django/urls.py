"""Addresses of the library's site."""
from django.urls import include, path

urlpatterns = [
    path("", include("library.views")),
    path("", include("library.pages")),
    path("staff/", include("library.staff")),
    path("api/", include("library.api")),
]
