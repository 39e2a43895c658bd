"""A counter for everything that a request brings in: each line hands one part of it to a shell."""
import os

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.core.validators import RegexValidator, validate_slug
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import CreateView, FormView, ListView, TemplateView, UpdateView
from django.views.generic.detail import SingleObjectMixin

from .models import Patient


def members(request):
    os.system("count " + request.GET["a"])  # want command-injection
    os.system("count " + request.GET.get("a", ""))  # want command-injection
    os.system("count " + request.GET.getlist("a")[0])  # want command-injection
    os.system("count " + request.GET.dict()["a"])  # want command-injection
    os.system("count " + next(iter(request.GET)))  # want command-injection
    for name, value in request.GET.items():
        os.system("count " + name)  # want command-injection
        os.system("count " + value)  # want command-injection
    for name in request.POST:
        os.system("count " + name)  # want command-injection
    os.system("count " + request.POST["a"])  # want command-injection
    os.system("count " + request.COOKIES["a"])  # want command-injection
    os.system("count " + request.COOKIES.get("a"))  # want command-injection
    os.system("count " + request.META["HTTP_X_A"])  # want command-injection
    os.system("count " + request.META.get("QUERY_STRING"))  # want command-injection
    os.system("count " + request.headers["X-A"])  # want command-injection
    os.system("count " + request.headers.get("User-Agent"))  # want command-injection
    os.system("count " + request.body.decode())  # want command-injection
    os.system("count " + request.read().decode())  # want command-injection
    os.system("count " + request.FILES["a"].name)  # want command-injection
    os.system("count " + request.FILES["a"].read().decode())  # want command-injection
    os.system("count " + request.FILES.get("a").content_type)  # want command-injection
    for chunk in request.FILES["a"].chunks():
        os.system("count " + chunk.decode())  # want command-injection
    for upload in request.FILES.getlist("a"):
        os.system("count " + upload.name)  # want command-injection
    os.system("count " + request.path)  # want command-injection
    os.system("count " + request.path_info)  # want command-injection
    os.system("count " + request.get_full_path())  # want command-injection
    os.system("count " + request.build_absolute_uri())  # want command-injection
    os.system("count " + request.resolver_match.kwargs["a"])  # want command-injection
    os.system("count " + request.content_type)  # want command-injection
    os.system("count " + request.method)
    os.system("count " + request.scheme)
    os.system("count " + request.get_port())
    os.system("count " + str(request.is_secure()))
    os.system("count " + str(request.user.pk))
    os.system("count " + str(request.user.is_staff))
    messages.info(request, "counted")
    return HttpResponse("counted")


def url(request, a, b, c, d):
    os.system("count " + a)  # want command-injection
    os.system("count " + b)  # want command-injection
    os.system("count " + c)
    os.system(f"count {d}")
    return HttpResponse("counted")


@login_required
def keywords(request, **kwargs):
    os.system("count " + kwargs["name"])  # want command-injection
    os.system("count %s" % kwargs["number"])
    return HttpResponse("counted")


def groups(request, word, digits):
    os.system("count " + word)  # want command-injection
    os.system("count " + digits)
    return HttpResponse("counted")


def named_groups(request, word, digits, slug=None):
    os.system("count " + word)  # want command-injection
    os.system(f"count {digits} {slug}")
    return HttpResponse("counted")


class Counter(View):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.tenant = request.headers.get("X-Tenant", "")

    def get(self, request, name, number):
        os.system("count " + name)  # want command-injection
        os.system(f"count {number}")
        os.system("count " + self.kwargs["name"])  # want command-injection
        os.system(f"count {self.kwargs['number']} {self.kwargs.get('number')}")
        os.system("count " + self.request.GET["a"])  # want command-injection
        os.system("count " + self.tenant)  # want command-injection
        return HttpResponse("counted")

    def post(self, request, *args, **kwargs):
        os.system("count " + kwargs["name"])  # want command-injection
        os.system(f"count {kwargs['number']}")
        return self.answer(kwargs["name"])

    def answer(self, name):
        os.system("count " + name)  # want command-injection
        return HttpResponse("counted")


class PatientView(SingleObjectMixin, TemplateView):
    model = Patient
    template_name = "patient.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        os.system("count " + self.request.GET["a"])  # want command-injection
        os.system(f"count {self.kwargs['pk']} {self.get_object().pk}")
        context["word"] = self.request.GET.get("word")
        return context


class PatientList(ListView):
    def get_queryset(self):
        os.system("count " + self.request.GET.get("q", ""))  # want command-injection
        os.system("count " + self.kwargs["name"])  # want command-injection
        return Patient.objects.all()


class CountForm(forms.Form):
    name = forms.CharField()
    email = forms.EmailField()
    site = forms.URLField()
    number = forms.IntegerField()
    day = forms.DateField()
    flag = forms.BooleanField()
    colour = forms.ChoiceField(choices=[("r", "red")])
    colours = forms.MultipleChoiceField(choices=[("r", "red")])
    patient = forms.ModelChoiceField(queryset=Patient.objects.all())
    slug = forms.SlugField()
    code = forms.CharField(validators=[RegexValidator(r"^[a-z]+$")])
    handle = forms.CharField(validators=[validate_slug])
    checked = forms.CharField()
    document = forms.FileField()
    key = forms.UUIDField()

    def clean_checked(self):
        value = self.cleaned_data["checked"]
        if not value.isalnum():
            raise forms.ValidationError("letters only")
        return value

    def clean(self):
        data = super().clean()
        os.system("count " + data["name"])  # want command-injection
        return data


def by_form(request):
    form = CountForm(request.POST, request.FILES)
    os.system("count " + form.data["name"])  # want command-injection
    if form.is_valid():
        os.system("count " + form.cleaned_data["name"])  # want command-injection
        os.system("count " + form.cleaned_data.get("email"))  # want command-injection
        os.system("count " + form.cleaned_data["site"])  # want command-injection
        os.system("count " + form.cleaned_data["document"].name)  # want command-injection
        os.system(
            f"count {form.cleaned_data['number']} {form.cleaned_data['day']} {form.cleaned_data['flag']} {form.cleaned_data['colour']} "
            f"{form.cleaned_data['patient'].pk} {form.cleaned_data['slug']} {form.cleaned_data['code']} {form.cleaned_data['handle']} "
            f"{form.cleaned_data['checked']} {form.cleaned_data['key']} {form.cleaned_data['colours'][0]}"
        )
    return HttpResponse("counted")


class FormCounter(FormView):
    form_class = CountForm

    def form_valid(self, form):
        os.system("count " + form.cleaned_data["name"])  # want command-injection
        os.system(f"count {form.cleaned_data['number']} {form.cleaned_data['colour']}")
        return super().form_valid(form)


@method_decorator(csrf_exempt, name="dispatch")  # want csrf-disabled
class CreateCounter(CreateView):
    model = Patient
    fields = ["surname"]

    def form_valid(self, form):
        os.system("count " + form.cleaned_data["surname"])  # want command-injection
        return super().form_valid(form)


class UpdateCounter(UpdateView):
    form_class = CountForm

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        if form.is_valid():
            os.system("count " + form.cleaned_data["name"])  # want command-injection
            os.system(f"count {form.cleaned_data['number']}")
        return HttpResponse("counted")


@admin.register(Patient)
class PatientAdmin(admin.ModelAdmin):
    actions = ["count"]

    @admin.action(description="Count")
    def count(self, request, queryset):
        os.system("count " + request.POST["how"])  # want command-injection
        os.system(f"count {queryset.count()}")

    def get_queryset(self, request):
        os.system("count " + request.GET.get("q", ""))  # want command-injection
        return super().get_queryset(request)

    def save_model(self, request, obj, form, change):
        os.system("count " + request.META["REMOTE_HOST"])  # want command-injection
        super().save_model(request, obj, form, change)


def typed(request: HttpRequest, number: int, name: str) -> HttpResponse:
    os.system(f"count {number}")
    os.system("count " + request.GET["a"])  # want command-injection
    return HttpResponse("counted")


async def asynchronous(request):
    os.system("count " + request.GET["a"])  # want command-injection
    return HttpResponse("counted")


def middleware(get_response):
    def count(request):
        os.system("count " + request.headers["X-A"])  # want command-injection
        return get_response(request)

    return count


class Middleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        os.system("count " + request.COOKIES["a"])  # want command-injection
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        os.system("count " + request.path)  # want command-injection
        return None

    def process_exception(self, request, exception):
        os.system("count " + request.GET["a"])  # want command-injection
        return None


urlpatterns = [
    path("<a>/<path:b>/<slug:c>/<uuid:d>/", url),
    path("keywords/<name>/<int:number>/", login_required(keywords)),
    re_path(r"^groups/([^/]+)/(\d+)/$", groups),
    re_path(r"^named/(?P<word>.+)/(?P<digits>[0-9]+)/(?:(?P<slug>[-\w]+)/)?$", named_groups),
    path("counter/<str:name>/<int:number>/", csrf_exempt(Counter.as_view())),  # want csrf-disabled
    path("patients/<int:pk>/", PatientView.as_view()),
    path("list/<name>/", PatientList.as_view()),
    path("typed/<int:number>/<name>/", typed),
]
