"""Articles, comments and their statistics."""
import uuid

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.core.validators import MinLengthValidator, RegexValidator
from django.db import connection, models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator, slugify


class ArticleQuerySet(models.QuerySet):
    def published(self):
        return self.filter(state=Article.State.PUBLISHED)

    def search(self, words):
        query = SearchQuery(words, config="english")
        vector = SearchVector("title", weight="A") + SearchVector("text", weight="B")
        return self.annotate(rank=SearchRank(vector, query)).filter(rank__gte=0.1).order_by("-rank")

    def with_comment_counts(self):
        newest = Comment.objects.filter(article=OuterRef("pk")).order_by("-created")
        return self.annotate(
            comment_count=Count("comments"),
            last_comment=Subquery(newest.values("created")[:1]),
            discussed=Exists(newest),
        )

    def similar_to(self, title):
        return self.annotate(similarity=RawSQL("similarity(title, %s)", (title,))).order_by("-similarity")

    def ordered_by(self, name):
        if name not in ("title", "created", "views"):
            name = "created"
        return self.order_by(f"-{name}")


class Article(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=200, validators=[MinLengthValidator(3)])
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="articles")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    views = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        app_label = "articles"
        ordering = ["-created"]
        indexes = [models.Index(fields=["state", "-created"])]

    def __str__(self):
        return f"{self.title} <{self.slug}>"

    def __repr__(self):
        return f"<Article {self.pk}: {self.title}>"

    def save(self, *args, **kwargs):
        if not self.slug:
            self.slug = slugify(self.title)[:120]
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("article", kwargs={"slug": self.slug})

    def teaser(self):
        return Truncator(self.text).words(30)

    def link(self):
        return format_html('<a href="{}">{}</a>', self.get_absolute_url(), self.title)

    def count_view(self):
        type(self).objects.filter(pk=self.pk).update(views=F("views") + 1)


class Comment(models.Model):
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="comments")
    name = models.CharField(max_length=80, validators=[RegexValidator(r"\A[\w .-]+\Z")])
    text = models.TextField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "articles"

    def __str__(self):
        return f"{self.name} on {self.article}"


def comment_list(comments):
    """An HTML list of the comments; format_html_join escapes each of its arguments."""
    return format_html_join("\n", "<li><b>{}</b> {}</li>", ((comment.name, comment.text) for comment in comments))


def per_month(author):
    months = Article.objects.filter(Q(author=author) | Q(author__isnull=True)).annotate(month=TruncMonth("created"))
    return months.values("month").annotate(articles=Count("pk"), views=Coalesce(models.Sum("views"), 0))


def most_read(days, limit=10):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT slug, views FROM articles_article "
            "WHERE created > now() - make_interval(days => %s) "
            "ORDER BY views DESC LIMIT %s",
            [days, limit],
        )
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row)) for row in cursor.fetchall()]


@transaction.atomic
def merge(source, target):
    Comment.objects.select_for_update().filter(article=source).update(article=target)
    source.delete()
