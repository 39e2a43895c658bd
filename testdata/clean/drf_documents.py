import mimetypes

import magic
from django.contrib.auth import get_user_model, password_validation
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.http import FileResponse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters, parsers, permissions, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.views import TokenObtainPairView

from .models import Document

User = get_user_model()
KINDS = {"application/pdf", "image/png"}


class DocumentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Document
        fields = ("id", "title", "file")
        extra_kwargs = {"file": {"write_only": True}}

    def validate_file(self, upload):
        if upload.size > 5 << 20:
            raise serializers.ValidationError("too large")
        if magic.from_buffer(upload.read(2048), mime=True) not in KINDS:
            raise serializers.ValidationError("kind")
        upload.seek(0)
        return upload


class DocumentViewSet(viewsets.ModelViewSet):
    serializer_class = DocumentSerializer
    parser_classes = [parsers.MultiPartParser]
    filter_backends = [DjangoFilterBackend, filters.OrderingFilter]
    filterset_fields = ["title"]
    ordering_fields = ["title"]
    throttle_scope = "upload"

    def get_queryset(self):
        return Document.objects.filter(owner=self.request.user).select_related("owner")

    def perform_create(self, serializer):
        serializer.save(owner=self.request.user)

    @action(detail=True, methods=["get"])
    def download(self, request, pk=None):
        document = self.get_object()
        kind, _ = mimetypes.guess_type(document.file.name)
        return FileResponse(document.file.open(), as_attachment=True, content_type=kind or "application/octet-stream")

    @action(detail=False, methods=["post"], url_path="bulk-delete")
    def bulk_delete(self, request):
        ids = serializers.ListSerializer(child=serializers.IntegerField()).run_validation(request.data.get("ids", []))
        with transaction.atomic():
            count, _ = self.get_queryset().filter(pk__in=ids).delete()
        return Response({"deleted": count})


class Login(TokenObtainPairView):
    throttle_scope = "login"


class ResetRequest(APIView):
    permission_classes = [permissions.AllowAny]
    throttle_scope = "login"

    def post(self, request):
        user = User.objects.filter(email__iexact=request.data.get("email", ""), is_active=True).first()
        if user:
            uid = urlsafe_base64_encode(force_bytes(user.pk))
            token = default_token_generator.make_token(user)
            send_mail("Reset", f"https://app.example.org/reset/{uid}/{token}", None, [user.email])
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResetConfirm(APIView):
    permission_classes = [permissions.AllowAny]
    throttle_scope = "login"

    def post(self, request, uid, token):
        try:
            user = User.objects.get(pk=force_str(urlsafe_base64_decode(uid)))
        except (ValueError, User.DoesNotExist):
            user = None
        if user is None or not default_token_generator.check_token(user, token):
            return Response({"detail": "invalid"}, status=400)
        password = request.data.get("password", "")
        password_validation.validate_password(password, user)
        user.set_password(password)
        user.save(update_fields=["password"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordSerializer(serializers.Serializer):
    old = serializers.CharField()
    new = serializers.CharField()

    def validate_old(self, value):
        if not self.context["request"].user.check_password(value):
            raise serializers.ValidationError("wrong")
        return value


class ChangePassword(GenericAPIView):
    serializer_class = PasswordSerializer

    def put(self, request):
        s = self.get_serializer(data=request.data)
        s.is_valid(raise_exception=True)
        request.user.set_password(s.validated_data["new"])
        request.user.save()
        return Response({"ok": True})
