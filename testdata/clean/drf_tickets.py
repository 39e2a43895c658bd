"""Tickets over Django REST framework."""
import logging

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.db import connection, models
from django.db.models import Q
from rest_framework import filters, mixins, permissions, serializers, status, throttling, viewsets
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import SimpleRouter

logger = logging.getLogger(__name__)


class Ticket(models.Model):
    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    title = models.CharField(max_length=200)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "tickets"


class TicketSerializer(serializers.ModelSerializer):
    url = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = ["id", "url", "title", "text", "state", "created"]
        read_only_fields = ["state"]

    def get_url(self, ticket):
        return reverse("ticket-detail", args=[ticket.pk], request=self.context.get("request"))

    def validate_title(self, title):
        if title.isupper():
            raise serializers.ValidationError("Please write the title in lower case.")
        return title


class SearchSerializer(serializers.Serializer):
    q = serializers.CharField(max_length=100, required=False, allow_blank=True)
    state = serializers.ChoiceField(choices=Ticket.State.choices, required=False)
    since = serializers.DateField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)


class PasswordSerializer(serializers.Serializer):
    password = serializers.CharField(write_only=True, validators=[validate_password])


class IsOwner(permissions.BasePermission):
    def has_object_permission(self, request, view, ticket):
        return ticket.owner_id == request.user.pk


class TicketViewSet(mixins.CreateModelMixin, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    serializer_class = TicketSerializer
    permission_classes = [permissions.IsAuthenticated, IsOwner]
    throttle_classes = [throttling.UserRateThrottle]
    filter_backends = [filters.OrderingFilter, filters.SearchFilter]
    ordering_fields = ["created", "title"]
    search_fields = ["title", "text"]

    def get_queryset(self):
        tickets = Ticket.objects.filter(owner=self.request.user)
        if state := self.request.query_params.get("state"):
            if state not in Ticket.State.values:
                raise ValidationError({"state": f"select one of {', '.join(Ticket.State.values)}"})
            tickets = tickets.filter(state=state)
        return tickets

    def perform_create(self, serializer):
        serializer.save(owner=self.request.user)

    @action(detail=True, methods=["post"])
    def close(self, request, pk=None):
        ticket = self.get_object()
        ticket.state = Ticket.State.CLOSED
        ticket.save(update_fields=["state"])
        return Response(self.get_serializer(ticket).data)

    @action(detail=False, methods=["get"])
    def statistics(self, request):
        key = f"ticket-statistics-{request.user.pk}"
        if (counts := cache.get(key)) is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT state, COUNT(*) FROM tickets_ticket WHERE owner_id = %s GROUP BY state", [request.user.pk])
                counts = dict(cursor.fetchall())
            cache.set(key, counts, timeout=60)
        return Response(counts)


class Search(ListAPIView):
    serializer_class = TicketSerializer
    permission_classes = [permissions.IsAdminUser]

    def get_queryset(self):
        query = SearchSerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        condition = Q()
        if words := wanted.get("q"):
            condition &= Q(title__icontains=words) | Q(text__icontains=words)
        if "state" in wanted:
            condition &= Q(state=wanted["state"])
        if "since" in wanted:
            condition &= Q(created__date__gte=wanted["since"])
        return Ticket.objects.filter(condition)[: wanted["limit"]]


@api_view(["POST"])
@permission_classes([permissions.IsAuthenticated])
def change_password(request):
    serializer = PasswordSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    request.user.set_password(serializer.validated_data["password"])
    request.user.save(update_fields=["password"])
    return Response(status=status.HTTP_204_NO_CONTENT)


@api_view(["GET"])
@permission_classes([permissions.IsAdminUser])
def by_title(request, title):
    tickets = Ticket.objects.raw("SELECT * FROM tickets_ticket WHERE title = %s ORDER BY id LIMIT 20", [title])
    if not tickets:
        raise NotFound(f"no ticket {title!r}")
    return Response(TicketSerializer(tickets, many=True, context={"request": request}).data)


@api_view(["GET"])
def state(request, pk):
    ticket = get_object_or_404(Ticket, pk=pk, owner_id=request.user.pk)
    logger.debug("state of %s asked for by %s", ticket.pk, request.user)
    return Response({"state": ticket.state})


router = SimpleRouter()
router.register("tickets", TicketViewSet, basename="ticket")
