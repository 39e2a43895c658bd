"""What people type, and what is let through."""
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from .models import Patient

WARDS = [("a1", "North"), ("b2", "South")]


class PatientSearch(forms.Form):
    surname = forms.CharField(max_length=80)
    born = forms.DateField(required=False)
    visits = forms.IntegerField(min_value=0, initial=0)
    ward = forms.ChoiceField(choices=WARDS)
    code = forms.RegexField(regex=r"^[A-Z]\d{3}$")
    handle = forms.SlugField()
    consent = forms.BooleanField(required=False)


class ReportForm(forms.Form):
    title = forms.CharField()
    column = forms.CharField()
    reference = forms.CharField(validators=[RegexValidator(r"\A[0-9]{6}\Z")])

    def clean_column(self):
        column = self.cleaned_data["column"]
        if column not in ("surname", "born"):
            raise ValidationError("unknown column")
        return column


class PatientForm(forms.ModelForm):
    class Meta:
        model = Patient
        fields = ["surname", "notes"]


class UploadForm(forms.Form):
    scan = forms.FileField()
    folder = forms.CharField()
    website = forms.URLField(required=False, assume_scheme="https")
