"""Appointments of a clinic: forms, class-based views, reports and links to partners."""
import csv
import json
import logging
import subprocess
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import requests
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.contrib.auth.views import LoginView
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.db import connection, transaction
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Concat, TruncMonth
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils._os import safe_join
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import FormView, ListView, RedirectView, UpdateView

from clinic.models import Appointment, Document, Patient

log = logging.getLogger(__name__)
signer = TimestampSigner(salt="appointments")

REPORT_COLUMNS = {"ward": "ward", "doctor": "doctor_id", "month": "date_trunc('month', starts_at)"}
PARTNERS = {"lab": "https://lab.example.com/api/results", "imaging": "https://imaging.example.com/api/studies"}


class AppointmentFilter(forms.Form):
    q = forms.CharField(required=False, max_length=80)
    since = forms.DateField(required=False)
    ward = forms.ChoiceField(required=False, choices=[("", "All"), ("a", "A"), ("b", "B")])
    order = forms.ChoiceField(required=False, choices=[("starts_at", "Date"), ("patient__surname", "Name")])


class DocumentForm(forms.ModelForm):
    class Meta:
        model = Document
        fields = ["title", "scan"]

    def clean_title(self):
        title = self.cleaned_data["title"].strip()
        if "/" in title:
            raise ValidationError("A title holds no slash.")
        return title


class Appointments(LoginRequiredMixin, ListView):
    model = Appointment
    paginate_by = 50
    template_name = "clinic/appointments.html"

    def get_queryset(self):
        queryset = super().get_queryset().select_related("patient")
        form = AppointmentFilter(self.request.GET)
        if not form.is_valid():
            return queryset.none()
        wanted = form.cleaned_data
        if wanted["q"]:
            queryset = queryset.annotate(name=Concat(F("patient__first"), Value(" "), F("patient__surname")))
            queryset = queryset.filter(Q(name__icontains=wanted["q"]) | Q(reason__icontains=wanted["q"]))
        if wanted["since"]:
            queryset = queryset.filter(starts_at__date__gte=wanted["since"])
        return queryset.order_by(wanted["order"] or "starts_at")

    def get_context_data(self, **kwargs):
        return super().get_context_data(form=AppointmentFilter(self.request.GET), **kwargs)


@permission_required("clinic.view_report")
@require_GET
def report(request):
    column = REPORT_COLUMNS.get(request.GET.get("by", "ward"))
    if column is None:
        raise Http404
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}, count(*) FROM clinic_appointment WHERE starts_at >= %s GROUP BY 1", [date(2024, 1, 1)])
        rows = cursor.fetchall()
    response = HttpResponse(content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="report.csv"'
    csv.writer(response).writerows(rows)
    return response


@login_required
def per_month(request):
    months = Appointment.objects.annotate(month=TruncMonth("starts_at")).values("month").annotate(n=Count("id"))
    return JsonResponse({"months": [{"month": row["month"].isoformat(), "n": row["n"]} for row in months]})


class EditDocument(PermissionRequiredMixin, UpdateView):
    permission_required = "clinic.change_document"
    model = Document
    form_class = DocumentForm

    def form_valid(self, form):
        with transaction.atomic():
            response = super().form_valid(form)
        transaction.on_commit(lambda: index_document.delay(self.object.pk))
        messages.success(self.request, format_html("Saved <b>{}</b>.", form.cleaned_data["title"]))
        return response

    def get_success_url(self):
        return reverse("clinic:document", args=[self.object.pk])


class index_document:
    """Stands for the task that another module defines."""

    @staticmethod
    def delay(pk):
        log.info("document %s is to be indexed", pk)


@login_required
def download(request, pk):
    document = get_object_or_404(Document, pk=pk, patient__clinic=request.user.clinic)
    try:
        location = safe_join(settings.MEDIA_ROOT, document.scan.name)
    except SuspiciousFileOperation as error:
        raise Http404 from error
    return FileResponse(open(location, "rb"), as_attachment=True, filename=Path(location).name)


@login_required
@require_POST
def print_label(request, pk):
    appointment = get_object_or_404(Appointment, pk=pk)
    copies = min(max(int(request.POST.get("copies", 1)), 1), 10)
    subprocess.run(["lp", "-n", str(copies), "-t", f"Appointment {appointment.pk}", settings.LABEL_FILE], check=True, timeout=20)
    return HttpResponse(status=204)


class Login(LoginView):
    template_name = "clinic/login.html"

    def form_valid(self, form):
        target = self.request.POST.get("next", "")
        response = super().form_valid(form)
        if url_has_allowed_host_and_scheme(target, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()):
            return HttpResponseRedirect(target)
        return response


class OldAddress(RedirectView):
    permanent = True

    def get_redirect_url(self, *args, **kwargs):
        query = urlencode({"q": self.request.GET.get("search", "")})
        return f"{reverse('clinic:appointments')}?{query}"


class Results(LoginRequiredMixin, FormView):
    form_class = AppointmentFilter
    template_name = "clinic/results.html"

    def form_valid(self, form):
        base = PARTNERS["lab"]
        answer = requests.get(base, params={"q": form.cleaned_data["q"]}, timeout=10, allow_redirects=False)
        items = format_html_join("", "<li>{} ({})</li>", ((row["name"], row["value"]) for row in answer.json()["rows"]))
        return render(self.request, self.template_name, {"form": form, "items": items})


@csrf_exempt
@require_POST
def confirm(request):
    try:
        pk = signer.unsign(json.loads(request.body)["token"], max_age=86_400)
    except (BadSignature, KeyError, ValueError):
        return JsonResponse({"error": "token"}, status=400)
    updated = Appointment.objects.filter(pk=pk).update(confirmed=True)
    return JsonResponse({"confirmed": updated})


@login_required
def patient_search(request):
    words = request.GET.get("q", "").split()[:5]
    query = Q()
    for word in words:
        query &= Q(surname__istartswith=word) | Q(first__istartswith=word)
    found = Patient.objects.filter(query)[:20]
    return JsonResponse({"found": [{"id": p.pk, "name": str(p)} for p in found]})


@login_required
def after_visit(request, pk):
    if request.method == "POST":
        Appointment.objects.filter(pk=pk).update(note=request.POST.get("note", ""))
        return redirect("clinic:appointments")
    return render(request, "clinic/after_visit.html", {"appointment": get_object_or_404(Appointment, pk=pk)})


app_name = "clinic"
urlpatterns = [
    path("", Appointments.as_view(), name="appointments"),
    path("report/", report),
    path("documents/<int:pk>/", EditDocument.as_view(), name="document"),
    path("documents/<int:pk>/download/", download),
    path("labels/<int:pk>/", print_label),
    path("after/<int:pk>/", after_visit),
    path("old/<path:rest>", OldAddress.as_view()),
]
