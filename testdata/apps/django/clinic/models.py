from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver


class PatientQuerySet(models.QuerySet):
    def named(self, surname):
        return self.extra(where=[f"surname = '{surname}'"])  # want sql-injection via query_name named

    def named_bound(self, surname):
        return self.extra(where=["surname = %s"], params=[surname])


class Patient(models.Model):
    surname = models.CharField(max_length=80)
    notes = models.TextField(blank=True)
    born = models.DateField()

    objects = PatientQuerySet.as_manager()


class Visit(models.Model):
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE)
    summary = models.TextField()

    @classmethod
    def count_since(cls, cursor, day):
        cursor.execute(f"SELECT count(*) FROM {cls._meta.db_table} WHERE created > %s", [day])
        return cursor.fetchone()[0]


@receiver(post_save, sender=Patient)
def refresh_search(sender, instance, created, **kwargs):
    if created:
        Visit.objects.create(patient=instance, summary="registered")
