"""Pages and forms for articles."""
import logging
from pathlib import Path

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView
from django.core.paginator import Paginator
from django.db import connection, models
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template import Context, Template
from django.template.loader import render_to_string
from django.urls import path, reverse, reverse_lazy
from django.utils.html import conditional_escape, escape, format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import CreateView, DetailView, ListView

logger = logging.getLogger(__name__)

BADGE = Template("<span class='badge'>{{ count }} {{ label }}</span>")
ORDERINGS = {"new": "-created", "old": "created", "title": "title"}


class Note(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    title = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "notes"

    def __str__(self):
        return self.title


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields = ["title", "text"]


class PasswordForm(forms.Form):
    password_field = forms.CharField(widget=forms.PasswordInput, label="Password")
    repeated = forms.CharField(widget=forms.PasswordInput, label="Again")

    def clean(self):
        values = super().clean()
        if values.get("password_field") != values.get("repeated"):
            raise forms.ValidationError("The two passwords differ.")
        return values


def next_url(request, fallback):
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return fallback


class NoteList(LoginRequiredMixin, ListView):
    paginate_by = 20

    def get_queryset(self):
        notes = Note.objects.filter(owner=self.request.user)
        if words := self.request.GET.get("q"):
            notes = notes.filter(title__icontains=words)
        return notes.order_by(ORDERINGS.get(self.request.GET.get("order"), "-created"))


class NoteDetail(LoginRequiredMixin, DetailView):
    def get_queryset(self):
        return Note.objects.filter(owner=self.request.user)


class NoteCreate(LoginRequiredMixin, CreateView):
    form_class = NoteForm
    success_url = reverse_lazy("notes")
    template_name = "notes/form.html"

    def form_valid(self, form):
        form.instance.owner = self.request.user
        messages.success(self.request, format_html("Saved <b>{}</b>.", form.cleaned_data["title"]))
        return super().form_valid(form)


class Login(LoginView):
    def get_success_url(self):
        return next_url(self.request, reverse("notes"))


@require_POST
@login_required
def delete(request, pk):
    note = get_object_or_404(Note, pk=pk, owner=request.user)
    note.delete()
    logger.info("user %s: DELETE FROM notes WHERE id = %s", request.user.pk, pk)
    return redirect(next_url(request, "notes"))


@require_GET
@login_required
def search(request):
    words = request.GET.get("q", "")[:100]
    found = Note.objects.filter(owner=request.user, title__icontains=words)
    notes = Paginator(found, 20).get_page(request.GET.get("page"))
    return render(request, "notes/search.html", {"words": words, "notes": notes})


@require_GET
def heading(request):
    return HttpResponse("<h1>Notes about %s</h1>" % escape(request.GET.get("q", "everything")))


@require_GET
@login_required
def badge(request):
    context = Context({"count": Note.objects.filter(owner=request.user).count(), "label": request.GET.get("label", "notes")})
    return HttpResponse(BADGE.render(context))


@require_GET
@login_required
def row(request, pk):
    note = get_object_or_404(Note, pk=pk, owner=request.user)
    html = render_to_string("notes/row.html", {"note": note}, request=request)
    return JsonResponse({"html": html, "title": conditional_escape(note.title)})


@require_GET
@login_required
def per_day(request):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT date(created), count(*) FROM notes_note WHERE owner_id = %s AND title LIKE %s GROUP BY 1",
            [request.user.pk, request.GET.get("t", "") + "%"],
        )
        return JsonResponse({str(day): count for day, count in cursor.fetchall()})


@require_GET
def manual(request, name):
    root = Path(settings.MEDIA_ROOT).resolve() / "manuals"
    wanted = (root / f"{name}.pdf").resolve()
    if root not in wanted.parents or not wanted.exists():
        raise Http404("no such manual")
    return FileResponse(wanted.open("rb"), as_attachment=True, filename=wanted.name)


def home(request):
    return HttpResponseRedirect(reverse("notes") if request.user.is_authenticated else "/login")


urlpatterns = [
    path("", home),
    path("notes", NoteList.as_view(), name="notes"),
    path("notes/new", NoteCreate.as_view()),
    path("notes/<int:pk>", NoteDetail.as_view()),
    path("notes/<int:pk>/delete", delete),
    path("notes/<int:pk>/row", row),
    path("search", search),
    path("heading", heading),
    path("badge", badge),
    path("per-day", per_day),
    path("manuals/<str:name>", manual),
    path("login", Login.as_view()),
]
