"""A counter for everything that a request brings in: each line hands one part of it to a shell."""
import os

from django.urls import path
from rest_framework import authentication, generics, mixins, pagination, permissions, serializers, throttling, viewsets
from rest_framework.decorators import action, api_view
from rest_framework.fields import CharField, IntegerField
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Van
from .serializers import TripQuery


class Counted(serializers.Serializer):
    name = serializers.CharField()
    number = serializers.IntegerField()
    imported = CharField()
    imported_number = IntegerField()
    colour = serializers.ChoiceField(choices=["red", "green"])
    van = serializers.PrimaryKeyRelatedField(queryset=Van.objects.all())
    inner = TripQuery()
    inners = TripQuery(many=True)
    names = serializers.ListField(child=serializers.CharField())
    numbers = serializers.ListField(child=serializers.IntegerField())
    key = serializers.UUIDField()
    checked = serializers.CharField()
    json = serializers.JSONField()
    upload = serializers.FileField()

    def validate_checked(self, value):
        os.system("count " + value)  # want command-injection
        if not value.isalnum():
            raise serializers.ValidationError("letters only")
        return value

    def validate(self, attrs):
        os.system("count " + attrs["name"])  # want command-injection
        return attrs

    def create(self, validated_data):
        os.system("count " + validated_data["name"])  # want command-injection
        return Van(plate=validated_data["name"])

    def update(self, instance, validated_data):
        os.system("count " + validated_data.get("name"))  # want command-injection
        os.system(f"count {instance.pk}")
        return instance


class Counter(APIView):
    def get(self, request, name, number):
        os.system("count " + request.query_params["a"])  # want command-injection
        os.system("count " + request.query_params.get("a"))  # want command-injection
        os.system("count " + request.query_params.getlist("a")[0])  # want command-injection
        os.system("count " + request.GET["a"])  # want command-injection
        os.system("count " + request.headers["X-A"])  # want command-injection
        os.system("count " + request.META["HTTP_X_A"])  # want command-injection
        os.system("count " + request.COOKIES["a"])  # want command-injection
        os.system("count " + self.request.query_params["a"])  # want command-injection
        os.system("count " + self.kwargs["name"])  # want command-injection
        os.system("count " + name)  # want command-injection
        os.system(f"count {number} {self.kwargs['number']} {request.method} {request.user.pk}")
        return Response()

    def post(self, request, *args, **kwargs):
        os.system("count " + request.data["a"])  # want command-injection
        os.system("count " + request.data.get("a", {}).get("b"))  # want command-injection
        os.system("count " + request.data["upload"].name)  # want command-injection
        os.system("count " + request.FILES["a"].read().decode())  # want command-injection
        os.system("count " + request.body.decode())  # want command-injection
        os.system("count " + request.stream.read().decode())  # want command-injection
        os.system("count " + kwargs["name"])  # want command-injection
        for item in request.data:
            os.system("count " + item["name"])  # want command-injection
        return Response()

    def put(self, request, **kwargs):
        serializer = Counted(data=request.data)
        serializer.is_valid(raise_exception=True)
        os.system("count " + serializer.initial_data["name"])  # want command-injection
        os.system("count " + serializer.validated_data["name"])  # want command-injection
        os.system("count " + serializer.validated_data.get("imported"))  # want command-injection
        os.system("count " + serializer.validated_data["inner"]["depot"])  # want command-injection
        os.system("count " + serializer.validated_data["inners"][0]["depot"])  # want command-injection
        os.system("count " + serializer.validated_data["names"][0])  # want command-injection
        os.system("count " + serializer.validated_data["json"]["a"])  # want command-injection
        os.system("count " + serializer.validated_data["upload"].name)  # want command-injection
        os.system("count " + serializer.data["name"])  # want command-injection
        os.system(
            f"count {serializer.validated_data['number']} {serializer.validated_data['imported_number']} "
            f"{serializer.validated_data['colour']} {serializer.validated_data['van'].pk} {serializer.validated_data['inner']['limit']} "
            f"{serializer.validated_data['inners'][0]['state']} {serializer.validated_data['numbers'][0]} "
            f"{serializer.validated_data['key']} {serializer.validated_data['checked']}"
        )
        return Response(serializer.data)


@api_view(["GET", "POST"])
def function(request: Request, name=None, format=None):
    os.system("count " + request.data["a"])  # want command-injection
    os.system("count " + request.query_params["a"])  # want command-injection
    return Response()


class Vans(viewsets.ModelViewSet):
    serializer_class = Counted

    def list(self, request, *args, **kwargs):
        os.system("count " + request.query_params["a"])  # want command-injection
        return super().list(request, *args, **kwargs)

    def create(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        os.system("count " + serializer.validated_data["name"])  # want command-injection
        os.system(f"count {serializer.validated_data['number']}")
        return Response()

    def perform_create(self, serializer):
        os.system("count " + serializer.validated_data["name"])  # want command-injection
        os.system(f"count {serializer.validated_data['number']}")

    def perform_update(self, serializer):
        os.system("count " + self.request.data["name"])  # want command-injection
        serializer.save(owner=self.request.user)

    def retrieve(self, request, pk=None):
        os.system(f"count {self.get_object().pk}")
        return Response()

    @action(detail=True, methods=["post"], url_path="rename/(?P<name>[^/.]+)")
    def rename(self, request, pk=None, name=None):
        os.system("count " + request.data["a"])  # want command-injection
        os.system("count " + name)  # want command-injection
        return Response()

    @action(detail=False)
    def newest(self, request):
        os.system("count " + request.query_params["a"])  # want command-injection
        return Response()


class Retrieve(generics.RetrieveUpdateDestroyAPIView):
    lookup_field = "plate"

    def get_object(self):
        os.system("count " + self.kwargs["plate"])  # want command-injection
        os.system("count " + self.kwargs.get(self.lookup_field))  # want command-injection
        return super().get_object()


class Listed(mixins.ListModelMixin, viewsets.GenericViewSet):
    def filter_queryset(self, queryset):
        os.system("count " + self.request.query_params["a"])  # want command-injection
        return queryset


class Token(authentication.BaseAuthentication):
    def authenticate(self, request):
        os.system("count " + request.META["HTTP_AUTHORIZATION"])  # want command-injection
        return None


class Allowed(permissions.BasePermission):
    def has_permission(self, request, view):
        os.system("count " + request.query_params["a"])  # want command-injection
        os.system("count " + view.kwargs["name"])  # want command-injection
        return True


class Throttle(throttling.BaseThrottle):
    def allow_request(self, request, view):
        os.system("count " + request.headers["X-A"])  # want command-injection
        return True


class Pages(pagination.PageNumberPagination):
    def paginate_queryset(self, queryset, request, view=None):
        os.system("count " + request.query_params["page"])  # want command-injection
        return super().paginate_queryset(queryset, request, view)


urlpatterns = [
    path("counter/<str:name>/<int:number>/", Counter.as_view()),
    path("function/<name>/", function),
    path("vans/<str:plate>/", Retrieve.as_view()),
]
