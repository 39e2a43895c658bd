"""The harbour: URL patterns, settings, the start."""
import os

import tornado.ioloop
import tornado.web
from tornado.httpserver import HTTPServer
from tornado.options import define, options, parse_command_line
from tornado.web import URLSpec, url

import berths
import board
import crane
import mail
import radio

define("port", default=8888, type=int)
define("database", default="harbour.db")


class Application(tornado.web.Application):
    def __init__(self):
        handlers = [
            (r"/berths", berths.Berths),
            (r"/berths/(\d+)", berths.Berth),
            (r"/berths/(?P<number>\d+)/days/(?P<day>[^/]+)", berths.Day),
            (r"/quays/([^/]+)", berths.Quay),
            url(r"/ships/(?P<name>\w+)/(?P<year>[0-9]{4})", berths.Ship, name="ship"),
            URLSpec(r"/board", board.Board, {"title": "Arrivals"}),
            (r"/board/notes", board.Notes),
            (r"/board/(.*)", board.Page),
            (r"/crane/(\w+)", crane.Crane),
            (r"/crane/formula", crane.Formula),
            (r"/mail/(.+)", mail.Attachment),
            (r"/mail", mail.Mailbox),
            (r"/radio", radio.Radio),
            (r"/radio/relay", radio.Relay),
            (r"/static/(.*)", tornado.web.StaticFileHandler, {"path": "static"}),
        ]
        super().__init__(handlers, cookie_secret=os.environ["COOKIE_SECRET"], xsrf_cookies=True, template_path="templates")


def main():
    parse_command_line()
    server = HTTPServer(Application(), xheaders=True)
    server.listen(options.port)
    tornado.ioloop.IOLoop.current().start()


if __name__ == "__main__":
    main()
