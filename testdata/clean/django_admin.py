"""The admin pages of a small publisher, and template tags that return HTML."""
import csv
import json
import re
from urllib.parse import urlencode

from django import template
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import mark_safe

register = template.Library()

CHECK = mark_safe("<span class='yes'>&#10003;</span>")
CROSS = mark_safe("<span class='no'>&#10007;</span>")
STATES = {"draft": "grey", "review": "orange", "published": "green"}


class AuthorAdmin(admin.ModelAdmin):
    list_display = ["name", "email_link", "state_badge", "is_active_mark", "books_link"]
    search_fields = ["name", "email"]
    list_filter = ["state"]
    readonly_fields = ["books_list"]
    actions = ["export", "activate"]

    @admin.display(description="E-mail")
    def email_link(self, author):
        return format_html('<a href="mailto:{0}">{0}</a>', author.email)

    @admin.display(description="State", ordering="state")
    def state_badge(self, author):
        colour = STATES.get(author.state, "black")
        return format_html('<b style="color: {}">{}</b>', colour, author.get_state_display())

    @admin.display(description="Active")
    def is_active_mark(self, author):
        return CHECK if author.is_active else CROSS

    @admin.display(description="Books")
    def books_link(self, author):
        url = reverse("admin:books_book_changelist") + "?" + urlencode({"author__id__exact": author.pk})
        return format_html('<a href="{}">{} books</a>', url, author.books.count())

    @admin.display(description="Books")
    def books_list(self, author):
        if not author.pk:
            return "-"
        items = format_html_join("", "<li>{} ({})</li>", author.books.values_list("title", "year"))
        return format_html("<ul>{}</ul>", items)

    @admin.action(description="Export the selected authors as CSV")
    def export(self, request, queryset):
        response = HttpResponse(content_type="text/csv")
        response["Content-Disposition"] = 'attachment; filename="authors.csv"'
        writer = csv.writer(response)
        writer.writerow(["name", "email", "state"])
        for author in queryset:
            writer.writerow([author.name.lstrip("=+-@"), author.email, author.state])
        return response

    @admin.action(description="Activate the selected authors")
    def activate(self, request, queryset):
        updated = queryset.update(is_active=True)
        self.message_user(request, f"Update: {updated} authors set to active.", messages.SUCCESS)

    def get_urls(self):
        return [path("<int:pk>/invite/", self.admin_site.admin_view(self.invite)), *super().get_urls()]

    def invite(self, request, pk):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        author = self.get_object(request, str(pk))
        if author is None:
            self.message_user(request, "There is no such author.", messages.ERROR)
            return HttpResponseRedirect("../../")
        author.send_invitation()
        return HttpResponseRedirect(reverse("admin:people_author_change", args=[pk]))


@register.simple_tag
def icon(name):
    return format_html('<svg class="icon"><use href="/static/icons.svg#{}"></use></svg>', name)


@register.simple_tag(takes_context=True)
def chart_data(context, name):
    return json_script(context["series"][name], f"chart-{name}")


@register.filter(is_safe=False)
def initials(name):
    return "".join(part[0].upper() for part in name.split() if part)


@register.filter
def highlight(text, word):
    """The text with each occurrence of the word in <mark>, everything escaped."""
    if not word:
        return text
    pieces = re.split(f"({re.escape(word)})", text, flags=re.IGNORECASE)
    marked = (format_html("<mark>{}</mark>", piece) if index % 2 else piece for index, piece in enumerate(pieces))
    return format_html_join("", "{}", ((piece,) for piece in marked))


def active_staff():
    return json.dumps(list(get_user_model().objects.filter(is_staff=True, is_active=True).values_list("pk", flat=True)))
