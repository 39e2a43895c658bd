"""Addresses of the clinic's site; the converters say what a view may be given."""
from django.urls import path, re_path, register_converter

from . import doctors, gateway, views
from .converters import WardConverter

register_converter(WardConverter, "ward")

app_name = "clinic"

urlpatterns = [
    path("patients/<str:surname>/", views.patients),
    path("patients/<int:number>/visits/", views.visits),
    path("patients/<slug:handle>/card/", views.card),
    path("patients/<uuid:key>/export/", views.export),
    path("wards/<ward:ward>/", views.ward),
    re_path(r"^beds/(?P<code>[A-Z]\d{3})/$", views.bed),
    re_path(r"^notes/(?P<word>[^/]+)/$", views.notes),
    path("doctors/<str:name>/", doctors.DoctorDetail.as_view(), name="doctor"),
    path("doctors/<int:pk>/rota/", doctors.Rota.as_view()),
    path("doctors/", doctors.DoctorList.as_view()),
    path("doctors/search/", doctors.DoctorSearch.as_view()),
    path("doctors/<str:name>/photo/<path:file>", doctors.Photo.as_view()),
    path("out/<path:target>", gateway.Leave.as_view()),
    path("hello/<name>", gateway.hello, {"greeting": "Hello"}),
]
