"""The mailbox: files that come and go, objects that were stored."""
import base64
import json
import os
import pathlib
import pickle
import uuid

import jsonpickle
import yaml
from tornado.web import HTTPError, MissingArgumentError, RequestHandler, StaticFileHandler, stream_request_body

FOLDER = "/srv/harbour/mail"


# Paths -------------------------------------------------------------------------------------------------


class Attachment(RequestHandler):
    def get(self, name):  # at attachment
        path = os.path.join(FOLDER, name)  # at attachment_path
        if not os.path.exists(path):
            raise HTTPError(404)
        self.set_header("Content-Type", "application/octet-stream")
        with open(path, "rb") as file:  # want path-traversal via attachment attachment_path
            while chunk := file.read(64 * 1024):
                self.write(chunk)

    def post(self, name):
        sent = self.request.files["file"][0]  # at posted
        filename = sent["filename"]  # at posted_name
        pathlib.Path(FOLDER, filename).write_bytes(sent["body"])  # want upload-filename-trusted via posted posted_name
        self.set_status(201)

    def put(self, name):
        sent = self.request.files["file"][0]
        ending = os.path.splitext(sent.filename)[1].lower()
        if ending not in (".pdf", ".txt"):
            raise HTTPError(415)
        with open(os.path.join(FOLDER, uuid.uuid4().hex + ending), "wb") as out:
            out.write(sent.body)

    def delete(self, name):
        root = os.path.realpath(FOLDER)
        path = os.path.realpath(os.path.join(root, name))
        if os.path.commonpath([root, path]) != root:
            raise HTTPError(403)
        os.remove(path)

    def patch(self, name):
        base = pathlib.Path(FOLDER).resolve()
        path = base.joinpath(name).resolve()
        if base not in path.parents:
            raise HTTPError(404)
        path.rename(base / f"{uuid.uuid4()}.old")

    def head(self, name):
        page = int(self.get_argument("page", "1"))
        self.set_header("Content-Length", str(os.path.getsize(f"{FOLDER}/pages/{page}.txt")))


@stream_request_body
class Streamed(RequestHandler):
    def prepare(self):
        name = self.request.headers["X-File-Name"]  # at streamed_name
        self.out = open(FOLDER + "/" + name, "wb")  # want path-traversal via streamed_name

    def data_received(self, chunk):
        self.out.write(chunk)

    def post(self):
        self.out.close()


class Public(StaticFileHandler):
    def get_cache_time(self, path, modified, mime_type):
        return 3600 if path.endswith(".css") else 0


# Stored objects ----------------------------------------------------------------------------------------


class Mailbox(RequestHandler):
    def get(self):
        box = self.get_cookie("box")  # at box
        state = pickle.loads(base64.b64decode(box))  # want unsafe-deserialization via box
        self.write({"state": str(state)})

    def post(self):
        rules = yaml.load(self.request.body, Loader=yaml.UnsafeLoader)  # at box_rules # want unsafe-deserialization via box_rules
        self.write({"rules": len(rules)})

    def put(self):
        message = jsonpickle.decode(self.get_body_argument("message"))  # at box_message # want unsafe-deserialization via box_message
        self.write({"to": message.to})

    def patch(self):
        try:
            rules = yaml.safe_load(self.get_body_argument("rules"))
        except MissingArgumentError:
            rules = json.loads(self.request.body)
        self.write({"rules": len(rules)})

    def delete(self):
        rules = yaml.load(self.request.body, Loader=yaml.CSafeLoader)
        self.write({"rules": len(rules)})

    def head(self):
        state = json.loads(base64.urlsafe_b64decode(self.get_cookie("box", "e30=")))
        self.set_header("X-Count", str(len(state)))
