"""A quiz by WebSocket: consumers of Django Channels."""
import json
import logging
from dataclasses import asdict, dataclass, field

from asgiref.sync import async_to_sync
from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, WebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.db import connection, models
from django.urls import path, re_path
from django.utils.html import escape

log = logging.getLogger(__name__)


class Answer(models.Model):
    room = models.CharField(max_length=40)
    player = models.CharField(max_length=80)
    text = models.TextField()
    right = models.BooleanField(default=False)


@dataclass
class Round:
    question: str
    scores: dict[str, int] = field(default_factory=dict)


class QuizConsumer(AsyncJsonWebsocketConsumer):
    """One player in a room; what they send is checked before it goes on."""

    rounds: dict[str, Round] = {}

    async def connect(self):
        self.room = self.scope["url_route"]["kwargs"]["room"]
        self.player = self.scope["user"]
        if not self.player.is_authenticated or not self.room.isalnum():
            await self.close(code=4403)
            return
        await self.channel_layer.group_add(f"quiz_{self.room}", self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(f"quiz_{self.room}", self.channel_name)

    async def receive_json(self, content, **kwargs):
        actions = {"answer": self.answer, "scores": self.scores}
        action = actions.get(content.get("action"))
        if action is None:
            await self.send_json({"error": "answer or scores"})
            return
        await action(content)

    async def answer(self, content):
        text = str(content.get("text", ""))[:500]
        await self.store(text)
        event = {"type": "quiz.answered", "player": self.player.get_username(), "text": escape(text)}
        await self.channel_layer.group_send(f"quiz_{self.room}", event)

    async def scores(self, content):
        current = self.rounds.get(self.room)
        await self.send_json({"round": asdict(current) if current else None, "best": await self.best(int(content.get("size", 10)))})

    async def quiz_answered(self, event):
        await self.send_json({"player": event["player"], "text": event["text"]})

    @database_sync_to_async
    def store(self, text):
        return Answer.objects.create(room=self.room, player=self.player.get_username(), text=text)

    @database_sync_to_async
    def best(self, size):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT player, count(*) FROM quiz_answer WHERE room = %s AND \"right\" GROUP BY player ORDER BY 2 DESC LIMIT %s",
                [self.room, min(size, 100)],
            )
            return cursor.fetchall()


class AdminConsumer(WebsocketConsumer):
    """The one who asks."""

    def connect(self):
        if not self.scope["user"].is_staff:
            self.close()
            return
        self.room = self.scope["url_route"]["kwargs"]["number"]
        self.accept()

    def receive(self, text_data=None, bytes_data=None):
        try:
            question = json.loads(text_data or "")["question"]
        except (KeyError, TypeError, ValueError):
            self.send(text_data=json.dumps({"error": "a question"}))
            return
        QuizConsumer.rounds[str(self.room)] = Round(question)
        count = Answer.objects.filter(room=str(self.room), text__icontains=question).count()
        async_to_sync(get_channel_layer().group_send)(f"quiz_{self.room}", {"type": "quiz.asked", "question": question})
        self.send(text_data=json.dumps({"asked": question, "before": count}))


application = ProtocolTypeRouter({
    "http": get_asgi_application(),
    "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter([
        re_path(r"^quiz/(?P<room>\w{1,40})/$", QuizConsumer.as_asgi()),
        path("quiz/admin/<int:number>/", AdminConsumer.as_asgi()),
    ]))),
})
