"""Vans and trips as an API: every filter is typed, every query bound, every address known."""
import logging
import shlex
import subprocess
from pathlib import Path

import requests
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.http import FileResponse
from django.utils.text import get_valid_filename
from rest_framework import filters, generics, permissions, serializers, status, viewsets
from rest_framework.decorators import action, api_view, permission_classes, throttle_classes
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from fleet.models import Trip, Van

log = logging.getLogger(__name__)

MAPS = Path("/srv/fleet/maps").resolve()
TRACKERS = {"alpha": "https://alpha.example.com/v2", "beta": "https://beta.example.com/v1"}


class VanSerializer(serializers.ModelSerializer):
    class Meta:
        model = Van
        fields = ["id", "plate", "depot", "mileage"]
        read_only_fields = ["id", "mileage"]

    def validate_plate(self, value):
        plate = value.upper().replace(" ", "")
        if not plate.isalnum():
            raise serializers.ValidationError("letters and digits only")
        return plate


class TripFilter(serializers.Serializer):
    since = serializers.DateField()
    until = serializers.DateField()
    state = serializers.ChoiceField(choices=["planned", "driving", "done"], default="done")
    group = serializers.ChoiceField(choices=["depot", "plate"], default="depot")
    limit = serializers.IntegerField(min_value=1, max_value=500, default=100)

    def validate(self, attrs):
        if attrs["since"] > attrs["until"]:
            raise serializers.ValidationError("since comes after until")
        return attrs


class RouteRequest(serializers.Serializer):
    tracker = serializers.ChoiceField(choices=sorted(TRACKERS))
    stops = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=50)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class IsDispatcher(permissions.BasePermission):
    def has_permission(self, request, view):
        return request.user.is_authenticated and request.user.has_perm("fleet.dispatch")

    def has_object_permission(self, request, view, obj):
        return obj.depot == request.user.depot


class Pages(CursorPagination):
    page_size = 50
    ordering = "-id"


class DepotFilter(filters.BaseFilterBackend):
    def filter_queryset(self, request, queryset, view):
        depots = request.query_params.getlist("depot")
        return queryset.filter(depot__in=depots) if depots else queryset


class VanViewSet(viewsets.ModelViewSet):
    queryset = Van.objects.all()
    serializer_class = VanSerializer
    permission_classes = [IsDispatcher]
    pagination_class = Pages
    filter_backends = [DepotFilter, filters.SearchFilter, filters.OrderingFilter]
    search_fields = ["plate", "depot"]
    ordering_fields = ["plate", "mileage"]

    def perform_create(self, serializer):
        with transaction.atomic():
            van = serializer.save(depot=self.request.user.depot)
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO fleet_log (van_id, event) VALUES (%s, %s)", [van.pk, "created"])

    @action(detail=True, methods=["post"], throttle_classes=[UserRateThrottle])
    def locate(self, request, pk=None):
        van = self.get_object()
        answer = requests.get(f"{TRACKERS['alpha']}/vans/{van.pk}", timeout=5)
        answer.raise_for_status()
        return Response({"van": van.pk, "position": answer.json()["position"]})

    @action(detail=False, methods=["get"])
    def mileage(self, request):
        total = self.filter_queryset(self.get_queryset()).aggregate(total=Sum("mileage"))
        return Response(total)


class TripReport(APIView):
    permission_classes = [IsDispatcher]

    def get(self, request):
        wanted = TripFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        data = wanted.validated_data
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {data['group']}, count(*) FROM fleet_trip JOIN fleet_van ON fleet_van.id = van_id "
                f"WHERE state = %s AND started BETWEEN %s AND %s GROUP BY 1 LIMIT {data['limit']}",
                [data["state"], data["since"], data["until"]],
            )
            return Response([{"group": group, "trips": trips} for group, trips in cursor.fetchall()])


class PlanRoute(generics.GenericAPIView):
    serializer_class = RouteRequest
    permission_classes = [IsDispatcher]

    def post(self, request):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        stops = ",".join(str(stop) for stop in wanted["stops"])
        answer = requests.post(
            f"{TRACKERS[wanted['tracker']]}/routes?stops={stops}", json={"note": wanted["note"]}, timeout=10
        )
        if answer.status_code == 404:
            raise NotFound
        planned = subprocess.run(
            ["plan-route", "--stops", stops, "--note", wanted["note"]], capture_output=True, text=True, check=True, timeout=60
        )
        log.info("planned a route: %s", shlex.join(planned.args))
        return Response({"length": float(planned.stdout)}, status=status.HTTP_201_CREATED)


class Map(APIView):
    def get(self, request, region):
        path = (MAPS / f"{region}.png").resolve()
        if not path.is_relative_to(MAPS) or not path.is_file():
            raise NotFound
        return FileResponse(path.open("rb"), content_type="image/png")

    def put(self, request, region):
        upload = request.FILES["map"]
        if upload.size > settings.MAX_MAP_BYTES:
            raise ValidationError({"map": "too large"})
        name = get_valid_filename(f"{region}.png")
        with (MAPS / name).open("wb") as target:
            for chunk in upload.chunks():
                target.write(chunk)
        return Response({"name": name}, status=status.HTTP_201_CREATED)


@api_view(["GET"])
@permission_classes([permissions.IsAuthenticated])
@throttle_classes([UserRateThrottle])
def trips_of_van(request, plate):
    trips = Trip.objects.filter(van__plate=plate).values("id", "started", "remarks")
    return Response(list(trips))
