"""Vans and trips: viewsets, actions and the queries below them."""
from django.db import connection
from django.db.models import Q
from django.shortcuts import get_object_or_404
from rest_framework import filters, generics, mixins, status, viewsets
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from .models import Trip, Van
from .serializers import Delivery, TripQuery, VanSerializer

SORTS = ("plate", "mileage")


def rows(sql, values=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)  # at rows_sink
        return cursor.fetchall()


class VanViewSet(viewsets.ModelViewSet):
    queryset = Van.objects.all()
    serializer_class = VanSerializer
    permission_classes = [IsAuthenticated]
    lookup_value_regex = "[0-9]+"

    def get_queryset(self):
        depot = self.request.query_params.get("depot")  # at depot
        if depot:
            return Van.objects.extra(where=["depot = '%s'" % depot])  # want sql-injection via depot
        return super().get_queryset()

    @action(detail=True, methods=["post"])
    def park(self, request, pk=None):
        place = request.data["place"]  # at place
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE fleet_van SET place = '{place}' WHERE id = %s", [pk])  # want sql-injection via place
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, methods=["post"], url_path="park-bound")
    def park_bound(self, request, pk=None):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE fleet_van SET place = %s WHERE id = %s", [request.data["place"], pk])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=False)
    def sorted(self, request):
        sort = request.query_params.get("sort", "plate")
        if sort not in SORTS:
            raise ValidationError({"sort": "unknown"})
        return Response(rows(f"SELECT plate FROM fleet_van ORDER BY {sort}"))

    @action(detail=False, serializer_class=TripQuery)
    def trips(self, request):
        query = TripQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        text = query.validated_data["depot"]  # at query_depot
        sql = "SELECT * FROM fleet_trip WHERE depot = '" + text + "'"  # at depot_text
        return Response(rows(sql))  # want sql-injection via query_depot depot_text to rows_sink

    @action(detail=False, serializer_class=TripQuery)
    def trips_typed(self, request):
        query = self.get_serializer(data=request.query_params)
        query = TripQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        return Response(
            rows(
                f"SELECT * FROM fleet_trip WHERE state = '{wanted['state']}' AND started > '{wanted['since']}' "
                f"AND van = '{wanted['van']}' AND urgent = {wanted['urgent']} AND plate = '{wanted['plate']}' "
                f"AND handle = '{wanted['handle']}' AND depot = %s LIMIT {wanted['limit']}",
                [wanted["depot"]],
            )
        )

    def perform_create(self, serializer):
        plate = serializer.validated_data["plate"]  # at plate
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO fleet_log (plate) VALUES ('%s')" % plate)  # want sql-injection via plate
        serializer.save()

    def perform_destroy(self, instance):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO fleet_log (van) VALUES (%s)", [instance.pk])
        instance.delete()


class TripsOfVan(generics.ListAPIView):
    filter_backends = [filters.SearchFilter]

    def get_queryset(self):
        plate = self.kwargs["plate"]  # at kwargs_plate
        return Trip.objects.raw(f"SELECT * FROM fleet_trip WHERE plate = '{plate}'")  # want sql-injection via kwargs_plate


class TripsOfVanFiltered(generics.ListAPIView):
    def get_queryset(self):
        words = self.request.query_params.getlist("word")
        query = Q(van__plate=self.kwargs["plate"])
        for word in words:
            query &= Q(remarks__icontains=word)
        return Trip.objects.filter(query)


class DepotFilter(filters.BaseFilterBackend):
    def filter_queryset(self, request, queryset, view):
        depot = request.query_params.get("depot", "")  # at filter_depot
        return queryset.extra(where=[f"depot LIKE '{depot}%%'"])  # want sql-injection via filter_depot


class DepotFilterBound(filters.BaseFilterBackend):
    def filter_queryset(self, request, queryset, view):
        return queryset.extra(where=["depot LIKE %s"], params=[request.query_params.get("depot", "") + "%"])


class CreateDelivery(mixins.CreateModelMixin, viewsets.GenericViewSet):
    serializer_class = Delivery

    def create(self, request, *args, **kwargs):
        serializer = Delivery(data=request.data)
        serializer.is_valid(raise_exception=True)
        street = serializer.validated_data["place"]["street"]  # at street
        return Response(rows_of_street(street), status=201)  # at street_call

    def update(self, request, *args, **kwargs):
        serializer = Delivery(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        number = data["place"]["number"]
        stops = ", ".join(str(stop) for stop in data["stops"])
        return Response(rows(f"SELECT {data['column']} FROM fleet_place WHERE number = {number} AND stop IN ({stops})"))

    def partial_update(self, request, pk=None):
        serializer = Delivery(data=request.data, partial=True)
        if not serializer.is_valid():
            return Response(serializer.errors, status=400)
        names = ",".join(f"'{name}'" for name in serializer.validated_data["names"])  # at listed_names
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM fleet_stop WHERE name IN (%s)" % names)  # want sql-injection via listed_names
        return Response(status=204)


def rows_of_street(street):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM fleet_place WHERE street = '{street}'")  # want sql-injection via street street_call
        return cursor.fetchall()


@api_view(["GET"])
@permission_classes([IsAuthenticated])
def van_of_trip(request, trip):
    van = get_object_or_404(Van, trip__id=trip)
    return Response(VanSerializer(van).data)


@api_view(["POST"])
def rename_depot(request):
    old, new = request.data["old"], request.data["new"]
    renamed = Van.objects.filter(depot=old).update(depot=new)
    return Response({"renamed": renamed})
