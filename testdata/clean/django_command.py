"""manage.py prune: forget what is too old, table by table."""
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

# Table, column with the age, days to keep. Only these statements can ever be built.
RULES = (
    ("auth_session_log", "created", 90),
    ("mail_outbox", "sent_at", 30),
    ("search_query", "asked_at", 365),
)
BATCH = 5000


class Command(BaseCommand):
    help = "Delete from the log tables what is older than their limit; select a table with --table."

    def add_arguments(self, parser):
        parser.add_argument("--table", choices=[table for table, _, _ in RULES], help="only this table")
        parser.add_argument("--dry-run", action="store_true", help="only select and count, do not delete")
        parser.add_argument("--dump", metavar="FOLDER", type=Path, help="first dump the rows with pg_dump")
        parser.add_argument("--vacuum", action="store_true")

    def handle(self, *args, **options):
        if options["dump"]:
            self.dump(options["dump"])
        total = 0
        for table, column, days in RULES:
            if options["table"] not in (None, table):
                continue
            before = timezone.now() - timedelta(days=days)
            removed = self.count(table, column, before) if options["dry_run"] else self.prune(table, column, before)
            total += removed
            self.stdout.write(f"delete from {table} where {column} < {before:%Y-%m-%d}: {removed} rows")
        if options["vacuum"] and not options["dry_run"]:
            self.vacuum()
        self.stdout.write(self.style.SUCCESS(f"{total} rows {'found' if options['dry_run'] else 'removed'}"))

    @staticmethod
    def count(table, column, before):
        name, age = connection.ops.quote_name(table), connection.ops.quote_name(column)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {name} WHERE {age} < %s", [before])
            return cursor.fetchone()[0]

    @staticmethod
    def prune(table, column, before):
        name, age = connection.ops.quote_name(table), connection.ops.quote_name(column)
        removed = 0
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f"DELETE FROM {name} WHERE ctid IN (SELECT ctid FROM {name} WHERE {age} < %s LIMIT %s)",
                    [before, BATCH],
                )
                if cursor.rowcount == 0:
                    return removed
                removed += cursor.rowcount

    @staticmethod
    def vacuum():
        with connection.cursor() as cursor:
            for table, _column, _days in RULES:
                cursor.execute("VACUUM ANALYZE " + table)

    def dump(self, folder):
        program = shutil.which("pg_dump")
        if program is None:
            raise CommandError("pg_dump is not installed")
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"prune-{timezone.now():%Y%m%d}.dump"
        arguments = [program, "--format=custom", f"--file={target}", f"--dbname={settings.DATABASES['default']['NAME']}"]
        for table, _column, _days in RULES:
            arguments += ["--table", table]
        try:
            subprocess.run(arguments, check=True, timeout=1800, stdout=sys.stderr)
        except subprocess.CalledProcessError as error:
            raise CommandError(f"pg_dump failed with status {error.returncode}") from error
