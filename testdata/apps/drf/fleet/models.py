from django.db import models


class Van(models.Model):
    plate = models.CharField(max_length=12)
    depot = models.CharField(max_length=40)
    mileage = models.PositiveIntegerField(default=0)


class Trip(models.Model):
    van = models.ForeignKey(Van, on_delete=models.CASCADE)
    started = models.DateTimeField()
    remarks = models.TextField(blank=True)
