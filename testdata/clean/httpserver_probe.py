"""Health and metrics of a worker process, by the standard library's server."""
import argparse
import html
import json
import logging
import os
import re
import ssl
import threading
import time
from collections import Counter
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

log = logging.getLogger("probe")
STARTED = time.monotonic()
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


class Metrics:
    def __init__(self):
        self._lock = threading.Lock()
        self._counts = Counter()

    def count(self, name):
        with self._lock:
            self._counts[name] += 1

    def text(self):
        with self._lock:
            return "".join(f"{name} {value}\n" for name, value in sorted(self._counts.items()))


class Probe(BaseHTTPRequestHandler):
    metrics = Metrics()
    reports = Path("/var/lib/worker/reports")
    server_version = "probe"

    def do_GET(self):
        parts = urlsplit(self.path)
        self.metrics.count("requests")
        view = {"/health": self.health, "/metrics": self.show_metrics, "/report": self.report, "/": self.index}.get(parts.path)
        if view is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        view({key: values[-1] for key, values in parse_qs(parts.query).items()})

    def do_PUT(self):
        """Set the level of the log."""
        if self.headers.get_content_type() != "application/json":
            return self.reply(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "JSON\n")
        length = min(int(self.headers.get("Content-Length", 0)), 4096)
        try:
            level = LEVELS[json.loads(self.rfile.read(length))["level"]]
        except (KeyError, TypeError, ValueError):
            return self.reply(HTTPStatus.BAD_REQUEST, f"level: one of {', '.join(LEVELS)}\n")
        logging.getLogger().setLevel(level)
        self.reply(HTTPStatus.OK, "set\n")

    def health(self, query):
        up = time.monotonic() - STARTED
        if query.get("verbose") == "1":
            return self.reply_json({"up": up, "threads": threading.active_count(), "client": self.client_address[0]})
        self.reply(HTTPStatus.OK, f"up {up:.0f}s\n")

    def show_metrics(self, query):
        wanted = query.get("only", "")
        lines = [line for line in self.metrics.text().splitlines(True) if line.startswith(wanted)]
        self.reply(HTTPStatus.OK, "".join(lines) or f"nothing begins with {wanted}\n")

    def report(self, query):
        day = query.get("day", "")
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) is None:
            return self.reply(HTTPStatus.BAD_REQUEST, "day=YYYY-MM-DD\n")
        path = self.reports / f"{day}.txt"
        if not path.exists():
            return self.reply(HTTPStatus.NOT_FOUND, "no report\n")
        self.reply(HTTPStatus.OK, path.read_text())

    def index(self, query):
        title = html.escape(query.get("title", "Probe"))
        page = f"<!doctype html><title>{title}</title><h1>{title}</h1><a href=/health>health</a>"
        data = page.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def reply(self, status, text):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def reply_json(self, value):
        data = json.dumps(value).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):
        log.info("%s %s", self.client_address[0], format % args)


class Files(SimpleHTTPRequestHandler):
    """The folder of reports, to be read only."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, directory=os.fspath(Probe.reports), **kwargs)

    def end_headers(self):
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--certificate", type=Path)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    with ThreadingHTTPServer(("127.0.0.1", options.port), Files if options.files else Probe) as server:
        if options.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(options.certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
