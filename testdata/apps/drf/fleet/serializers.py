"""What clients send, by type."""
from rest_framework import serializers

from .models import Trip, Van


class VanSerializer(serializers.ModelSerializer):
    class Meta:
        model = Van
        fields = ["id", "plate", "depot", "mileage"]
        read_only_fields = ["id"]


class TripQuery(serializers.Serializer):
    depot = serializers.CharField(max_length=40)
    limit = serializers.IntegerField(default=20, max_value=200)
    since = serializers.DateField()
    state = serializers.ChoiceField(choices=["planned", "driving", "done"])
    van = serializers.UUIDField()
    trip = serializers.PrimaryKeyRelatedField(queryset=Trip.objects.all())
    urgent = serializers.BooleanField(default=False)
    plate = serializers.RegexField(r"^[A-Z0-9]{2,8}$")
    handle = serializers.SlugField()


class Place(serializers.Serializer):
    street = serializers.CharField()
    number = serializers.IntegerField()


class Delivery(serializers.Serializer):
    place = Place()
    stops = serializers.ListField(child=serializers.IntegerField())
    names = serializers.ListField(child=serializers.CharField())
    callback = serializers.URLField()
    column = serializers.CharField()

    def validate_column(self, value):
        if value not in {"street", "number"}:
            raise serializers.ValidationError("unknown column")
        return value
