"""A migration with SQL of its own; every statement is a constant."""
import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat, Lower

VIEW = "articles_per_author"
TRIGGER_EVENTS = ("INSERT", "UPDATE")

CREATE_VIEW = f"""
CREATE OR REPLACE VIEW {VIEW} AS
SELECT author_id, COUNT(*) AS articles, MAX(created) AS newest
FROM articles_article
WHERE state = 'published'
GROUP BY author_id
"""

CREATE_TRIGGER = """
CREATE TRIGGER articles_document_update
BEFORE %s ON articles_article
FOR EACH ROW EXECUTE FUNCTION
tsvector_update_trigger(document, 'pg_catalog.english', title, text)
""" % " OR ".join(TRIGGER_EVENTS)


def fill_slugs(apps, schema_editor):
    Article = apps.get_model("articles", "Article")
    Article.objects.using(schema_editor.connection.alias).filter(slug="").update(
        slug=Concat(Lower("title"), Value("-"), F("pk"), output_field=models.CharField())
    )


def fill_documents(apps, schema_editor):
    schema_editor.execute(
        "UPDATE articles_article SET document = to_tsvector(%s, title || ' ' || text) WHERE document IS NULL",
        ["english"],
    )


def drop_old_tables(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        existing = set(schema_editor.connection.introspection.table_names(cursor))
        for table in ("articles_legacy", "articles_import"):
            if table in existing:
                cursor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    atomic = True

    dependencies = [
        ("articles", "0007_article_state"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="article",
            name="slug",
            field=models.SlugField(default="", max_length=120),
            preserve_default=False,
        ),
        migrations.RunPython(fill_slugs, migrations.RunPython.noop),
        migrations.RunSQL(
            sql="ALTER TABLE articles_article ADD COLUMN document tsvector",
            reverse_sql="ALTER TABLE articles_article DROP COLUMN document",
        ),
        migrations.RunPython(fill_documents, migrations.RunPython.noop),
        migrations.RunSQL(CREATE_TRIGGER, "DROP TRIGGER articles_document_update ON articles_article"),
        migrations.RunSQL(CREATE_VIEW, f"DROP VIEW {VIEW}"),
        migrations.RunSQL(
            [("INSERT INTO articles_setting (name, value) VALUES (%s, %s)", ["search_language", "english"])],
            [("DELETE FROM articles_setting WHERE name = %s", ["search_language"])],
        ),
        migrations.RunPython(drop_old_tables, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="article",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created"], name="articles_created_brin"),
        ),
    ]
