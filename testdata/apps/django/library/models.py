"""Books, members and loans."""
from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=200)
    author = models.CharField(max_length=200)
    shelf = models.CharField(max_length=20)
    pages = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.title} <{self.shelf}>"


class Member(models.Model):
    email = models.EmailField(unique=True)
    password = models.CharField(max_length=200)
    points = models.IntegerField(default=0)

    def __repr__(self):
        return f"<Member {self.email}>"


class Loan(models.Model):
    book = models.ForeignKey(Book, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    due = models.DateField()

    class Meta:
        ordering = ["due"]


class LoanQueries:
    """Statements that the reports share; the names are ours, the values are bound."""

    OVERDUE = "SELECT id FROM library_loan WHERE due < %s"
    TABLES = ("library_loan", "library_book")

    @classmethod
    def count_all(cls, cursor):
        counts = {}
        for table in cls.TABLES:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            counts[table] = cursor.fetchone()[0]
        return counts

    @classmethod
    def overdue(cls, cursor, day):
        cursor.execute(cls.OVERDUE, [day])
        return [row[0] for row in cursor.fetchall()]
