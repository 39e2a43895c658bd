"""Uploading and downloading documents with Flask."""
import io
import mimetypes
import os
import uuid
from pathlib import Path

from flask import Blueprint, Flask, abort, current_app, jsonify, request, send_file, send_from_directory, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import safe_join, secure_filename

documents = Blueprint("documents", __name__)

ALLOWED_EXTENSIONS = frozenset({".pdf", ".png", ".jpg", ".txt"})
THUMBNAILS = {"small": "thumbs/small", "large": "thumbs/large"}
TERMS = Path(__file__).with_name("terms.txt")


def folder() -> Path:
    return Path(current_app.config["UPLOAD_FOLDER"]).resolve()


@documents.post("/documents")
def upload():
    file = request.files.get("file")
    if file is None or not file.filename:
        return jsonify(error="no file"), 400
    name = secure_filename(file.filename)
    extension = os.path.splitext(name)[1].lower()
    if extension not in ALLOWED_EXTENSIONS:
        return jsonify(error=f"only {', '.join(sorted(ALLOWED_EXTENSIONS))}"), 415
    stored = f"{uuid.uuid4().hex}{extension}"
    file.save(folder() / stored)
    return jsonify(name=name, href=url_for(".download", name=stored)), 201


@documents.post("/documents/keep-name")
def upload_keeping_name():
    file = request.files["file"]
    name = secure_filename(file.filename)
    if not name:
        abort(400)
    target = os.path.join(current_app.config["UPLOAD_FOLDER"], name)
    if os.path.exists(target):
        abort(409)
    file.save(target)
    return jsonify(name=name), 201


@documents.get("/documents/<name>")
def download(name):
    return send_from_directory(folder(), name, as_attachment=True)


@documents.get("/documents/nested/<path:name>")
def nested(name):
    path = safe_join(str(folder()), name)
    if path is None or not os.path.isfile(path):
        abort(404)
    return send_file(path, as_attachment=True, download_name=os.path.basename(path))


@documents.get("/documents/<path:name>/text")
def as_text(name):
    root = folder()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or path.suffix != ".txt":
        abort(404)
    return jsonify(text=path.read_text(encoding="utf-8", errors="replace"))


@documents.get("/documents/<uuid:document_id>/thumbnail/<any(small, large):size>")
def thumbnail(document_id, size):
    path = folder() / THUMBNAILS[size] / f"{document_id}.png"
    if not path.exists():
        abort(404)
    return send_file(path, mimetype="image/png", max_age=86400)


@documents.delete("/documents/<name>")
def delete(name):
    root = folder()
    path = (root / name).resolve()
    try:
        path.relative_to(root)
    except ValueError:
        abort(404)
    path.unlink(missing_ok=True)
    return "", 204


@documents.get("/terms")
def terms():
    with open(TERMS, encoding="utf-8") as handle:
        return handle.read(), 200, {"Content-Type": "text/plain; charset=utf-8"}


@documents.get("/export.csv")
def export():
    buffer = io.BytesIO()
    for entry in sorted(folder().iterdir()):
        kind, _ = mimetypes.guess_type(entry.name)
        buffer.write(f"{entry.name};{entry.stat().st_size};{kind}\n".encode())
    buffer.seek(0)
    return send_file(buffer, mimetype="text/csv", as_attachment=True, download_name="export.csv")


def create_app(upload_folder: str) -> Flask:
    app = Flask(__name__)
    app.config.update(UPLOAD_FOLDER=upload_folder, MAX_CONTENT_LENGTH=16 * 1024 * 1024)
    app.register_blueprint(documents)

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(_error):
        return jsonify(error="the file is too large"), 413

    return app
