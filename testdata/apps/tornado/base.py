"""What all handlers of the harbour share."""
import json

import aiosqlite
from tornado.web import HTTPError, RequestHandler


class HarbourHandler(RequestHandler):
    async def prepare(self):
        self.db = await aiosqlite.connect("harbour.db")
        if self.request.headers.get("Content-Type", "").startswith("application/json"):
            self.sent = json.loads(self.request.body)  # at sent_json
        else:
            self.sent = {}

    def on_finish(self):
        self.application.settings.get("metrics", {}).pop(self.request.path, None)

    def get_current_user(self):
        return self.get_signed_cookie("user")

    def whole(self, name, default=None):
        """A number from the query."""
        text = self.get_query_argument(name, default)
        try:
            return int(text)
        except (TypeError, ValueError):
            raise HTTPError(400, "%s is not a number", name)

    def chosen(self, name, of):
        text = self.get_argument(name)
        if text not in of:
            raise HTTPError(400)
        return text

    def as_sent(self, name):
        return self.get_body_argument(name, "")  # at as_sent
