"""Class-based views."""
import os
from pathlib import Path

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.utils._os import safe_join
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.text import get_valid_filename
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import DetailView, FormView, ListView, TemplateView

from .forms import PatientSearch, UploadForm
from .models import Patient

PHOTOS = Path("/srv/clinic/photos")


class DoctorDetail(View):
    http_method_names = ["get", "post"]

    def dispatch(self, request, *args, **kwargs):
        self.name = kwargs["name"]  # at dispatched
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, name):  # at doctor_name
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM clinic_doctor WHERE name = '{0}'".format(name))  # want sql-injection via doctor_name
            return JsonResponse({"row": cursor.fetchone()})

    @method_decorator(never_cache)
    def post(self, request, *args, **kwargs):
        name = self.kwargs["name"]  # at kwargs_name
        with connection.cursor() as cursor:
            cursor.execute("UPDATE clinic_doctor SET seen = now() WHERE name = '" + name + "'")  # want sql-injection via kwargs_name
        return HttpResponse(status=204)


class Rota(LoginRequiredMixin, DetailView):
    model = Patient

    def get_queryset(self):
        return super().get_queryset().extra(where=[f"doctor_id = {self.kwargs['pk']}"])


class DoctorList(ListView):
    template_name = "clinic/doctors.html"
    paginate_by = 50
    orderings = {"name": "name", "ward": "ward, name"}

    def get_queryset(self):
        order = self.request.GET.get("order", "name")  # at order
        return Patient.objects.raw(f"SELECT * FROM clinic_doctor ORDER BY {order}")  # want sql-injection via order


class DoctorListChecked(ListView):
    orderings = {"name": "name", "ward": "ward, name"}

    def get_queryset(self):
        order = self.orderings.get(self.request.GET.get("order"), "name")
        return Patient.objects.raw(f"SELECT * FROM clinic_doctor ORDER BY {order}")

    def get_context_data(self, **kwargs):
        return super().get_context_data(orders=sorted(self.orderings), **kwargs)


class DoctorSearch(FormView):
    form_class = PatientSearch
    template_name = "clinic/search.html"

    def form_valid(self, form):
        surname = form.cleaned_data["surname"]  # at form_surname
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM clinic_doctor WHERE name ~ '{surname}'")  # want sql-injection via form_surname
            return JsonResponse({"rows": cursor.fetchall()})


class DoctorSearchTyped(FormView):
    form_class = PatientSearch

    def form_valid(self, form):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM clinic_doctor WHERE ward = '{form.cleaned_data['ward']}' AND name ~ %s",
                [form.cleaned_data["surname"]],
            )
            return JsonResponse({"rows": cursor.fetchall()})


# Files --------------------------------------------------------------------------------------------------------


class Photo(View):
    def get(self, request, name, file):  # at file
        path = os.path.join(settings.MEDIA_ROOT, name, file)  # at photo_path
        return FileResponse(open(path, "rb"))  # want path-traversal via file photo_path

    def delete(self, request, name, file):
        try:
            path = safe_join(settings.MEDIA_ROOT, name, file)
        except SuspiciousFileOperation as error:
            raise Http404 from error
        os.unlink(path)
        return HttpResponse(status=204)

    def head(self, request, name, file):
        path = PHOTOS.joinpath(name, file).resolve()
        if not path.is_relative_to(PHOTOS):
            raise Http404
        return HttpResponse(headers={"Content-Length": str(path.stat().st_size)})

    def put(self, request, name, file):
        storage = FileSystemStorage(location="/srv/clinic/photos")
        stored = storage.save(get_valid_filename(os.path.basename(file)), request.FILES["photo"])
        return JsonResponse({"stored": stored})


class Upload(FormView):
    form_class = UploadForm

    def form_valid(self, form):
        folder = form.cleaned_data["folder"]  # at folder
        with open(f"/srv/clinic/{folder}/scan.pdf", "wb") as target:  # want path-traversal via folder
            for chunk in form.cleaned_data["scan"].chunks():
                target.write(chunk)
        return HttpResponse(status=201)


class UploadStored(FormView):
    form_class = UploadForm

    def form_valid(self, form):
        scan = form.cleaned_data["scan"]
        with open(PHOTOS / scan.name, "wb") as target:
            target.writelines(scan.chunks())
        return JsonResponse({"stored": default_storage.save(f"scans/{scan.name}", scan)})


# HTML ---------------------------------------------------------------------------------------------------------


class Greeting(TemplateView):
    def get(self, request, *args, **kwargs):
        visitor = request.META.get("HTTP_USER_AGENT", "")  # at visitor
        return HttpResponse(f"<p>You use {visitor}</p>")  # want reflected-xss via visitor


class GreetingFormatted(TemplateView):
    def get(self, request, *args, **kwargs):
        return HttpResponse(format_html("<p>You use {}</p>", request.META.get("HTTP_USER_AGENT", "")))
