from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import connection, models, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.views import View
from django.views.decorators.csrf import csrf_exempt

PAGE = 25


class Article(models.Model):
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    author = models.ForeignKey("auth.User", on_delete=models.CASCADE)
    published = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-published",)
        verbose_name = "article"

    def __str__(self):
        return self.title

    def html(self):
        return mark_safe("<h1>" + self.title + "</h1>" + self.body)

    def save(self, *args, **kwargs):
        self.title = self.title.strip()
        super().save(*args, **kwargs)


class Comment(models.Model):
    article = models.ForeignKey(Article, related_name="comments", on_delete=models.CASCADE)
    text = models.TextField()

    class Meta:
        ordering = ("id",)

    def __str__(self):
        return self.text[:40]


class ArticleView(View):
    template_name = "article.html"

    # @method_decorator(login_required)
    def get(self, request, pk):
        article = get_object_or_404(Article, pk=pk)
        return render(request, self.template_name, {"article": article})

    @login_required
    @transaction.atomic
    def post(self, request, pk):
        article = get_object_or_404(Article, pk=pk)
        for key, value in request.POST.items():
            if key in {"title", "body"}:
                setattr(article, key, value)
            elif key == "delete":
                article.delete()
                return redirect("articles")
            else:
                continue
        article.save()
        return redirect(article)

    def delete(self, request, pk):
        def check(user):
            return user.is_staff or user == request.user

        article = get_object_or_404(Article, pk=pk)
        if not check(article.author):
            raise Http404
        article.delete()
        return HttpResponse(status=204)


@login_required
def search(request):
    term = request.GET.get("q", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, title FROM blog_article WHERE title LIKE '%" + term + "%'")
        rows = cursor.fetchall()
    return JsonResponse([{"id": i, "title": t} for i, t in rows], safe=False)


@csrf_exempt
@permission_required("blog.change_article", raise_exception=True)
def publish(request, pk):
    """Publish one article.

    Takes POST only.
    """
    if request.method != "POST":
        return HttpResponse(status=405)
    article = get_object_or_404(Article, pk=pk)
    while article.published is None:
        article.publish()
    messages.success(request, "Published «%s» 🎉" % article.title)
    return HttpResponseRedirect(request.POST.get("next", "/"))


def page(request, number=1, *, size=PAGE):
    start = (number - 1) * size
    found = Article.objects.filter(published__isnull=False)[start : start + size]
    return render(request, "page.html", {"articles": found, "next": number + 1 if len(found) == size else None})


urlpatterns = [
    ("search/", search),
    ("publish/<int:pk>/", publish),
    ("", page),
]
