"""A counter for everything that a request brings in: each line hands one part of it to a shell."""
import os
from enum import Enum

from flask import Blueprint, Flask, request, session
from flask.views import MethodView
from flask_restful import Api, Resource, reqparse
from flask_restx import Namespace, Resource as XResource
from flask_wtf import FlaskForm
from markupsafe import escape
from marshmallow import Schema, fields, validate
from webargs.flaskparser import use_args, use_kwargs
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException
from wtforms import FieldList, FileField, HiddenField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import UUID, AnyOf, Length, Regexp

class Colour(Enum):
    RED = "red"


bp = Blueprint("counters", __name__)
ns = Namespace("counters")


@bp.route("/members", methods=["GET", "POST"])
def members():
    os.system("count " + request.args["a"])  # want command-injection
    os.system("count " + request.args.get("a", "b"))  # want command-injection
    os.system("count " + request.args.getlist("a")[0])  # want command-injection
    os.system("count " + request.args.to_dict()["a"])  # want command-injection
    os.system("count " + list(request.args.keys())[0])  # want command-injection
    os.system("count " + next(iter(request.args.values())))  # want command-injection
    os.system("count " + dict(request.args.lists())["a"][0])  # want command-injection
    os.system("count " + request.form.get("a"))  # want command-injection
    os.system("count " + request.values["a"])  # want command-injection
    os.system("count " + request.json["a"]["b"])  # want command-injection
    os.system("count " + request.get_json(silent=True).get("a"))  # want command-injection
    os.system("count " + request.data.decode())  # want command-injection
    os.system("count " + request.get_data(as_text=True))  # want command-injection
    os.system("count " + request.stream.read().decode())  # want command-injection
    os.system("count " + request.files["a"].filename)  # want command-injection
    os.system("count " + request.files.get("a").read().decode())  # want command-injection
    os.system("count " + request.files["a"].stream.read().decode())  # want command-injection
    os.system("count " + request.files["a"].content_type)  # want command-injection
    os.system("count " + request.cookies["a"])  # want command-injection
    os.system("count " + request.headers["User-Agent"])  # want command-injection
    os.system("count " + request.headers.get("X-A", ""))  # want command-injection
    os.system("count " + request.query_string.decode())  # want command-injection
    os.system("count " + request.full_path)  # want command-injection
    os.system("count " + request.path)  # want command-injection
    os.system("count " + request.url)  # want command-injection
    os.system("count " + request.base_url)  # want command-injection
    os.system("count " + request.host)  # want command-injection
    os.system("count " + request.referrer)  # want command-injection
    os.system("count " + request.user_agent.string)  # want command-injection
    os.system("count " + request.user_agent.string.split("/")[0])  # want command-injection
    os.system("count " + request.view_args["a"])  # want command-injection
    os.system("count " + request.authorization.username)  # want command-injection
    os.system("count " + request.authorization["password"])  # want command-injection
    os.system("count " + request.environ["QUERY_STRING"])  # want command-injection
    os.system("count " + request.mimetype)  # want command-injection
    return "counted"


@bp.get("/harmless")
def harmless():
    os.system("count " + request.method)
    os.system("count " + str(request.content_length))
    os.system("count " + str(request.args.get("a", 0, type=int)))
    os.system("count " + str(len(request.data)))
    os.system("count " + str(request.is_secure))
    os.system("count " + request.endpoint)
    os.system("count " + str(request.args.get("a", type=lambda x: int(x) + 1)))
    os.system("count " + request.args.get("a", "red", type=Colour).value)
    os.system("count " + request.remote_addr)
    os.system("count " + request.scheme)
    os.system("count " + session.get("language", "en"))
    return "counted"


@bp.get("/<a>/<string:b>/<path:c>/<string(length=2):d>")
def strings(a, b, c, d):
    os.system("count " + a)  # want command-injection
    os.system("count " + b)  # want command-injection
    os.system("count " + c)  # want command-injection
    os.system("count " + d)  # want command-injection
    return "counted"


@bp.get("/<int:a>/<float:b>/<uuid:c>/<any(red, green):d>/<int(min=1):e>")
def typed(a, b, c, d, e):
    os.system(f"count {a} {b} {c} {d} {e}")
    return "counted"


@bp.route("/kwargs/<int:number>/<name>")
def by_kwargs(**kwargs):
    os.system("count %s" % kwargs["name"])  # want command-injection
    os.system("count %s" % kwargs["number"])
    return "counted"


class Counter(MethodView):
    def get(self, number, name):
        os.system(f"count {number}")
        os.system(f"count {name}")  # want command-injection
        return "counted"

    def post(self, **url):
        os.system(f"count {url['name']}")  # want command-injection
        os.system(f"count {url['number']}")
        return "counted"


bp.add_url_rule("/counter/<int:number>/<name>", view_func=Counter.as_view("counter"))


class ApiCounter(Resource):
    def get(self, name):
        os.system("count " + name)  # want command-injection
        return {}

    def post(self):
        parser = reqparse.RequestParser()
        parser.add_argument("name", type=str, location=["json", "form"])
        parser.add_argument("number", type=int)
        parser.add_argument("colour", choices=["red", "green"])
        parser.add_argument("upload", type=FileStorage, location="files")
        args = parser.parse_args()
        os.system("count " + args["name"])  # want command-injection
        os.system("count " + args.get("name"))  # want command-injection
        os.system(f"count {args['number']} {args.colour}")
        return {}


@ns.route("/<string:name>")
class NamespaceCounter(XResource):
    def get(self, name):
        os.system("count " + name)  # want command-injection
        return {}

    @ns.expect(None)
    def post(self, name):
        os.system("count " + ns.payload["name"])  # want command-injection
        os.system("count " + request.json["name"])  # want command-injection
        return {}


Api(bp).add_resource(ApiCounter, "/api/<name>", "/api")


class CounterForm(FlaskForm):
    name = StringField("Name", [Length(max=10)])
    note = TextAreaField()
    token = HiddenField()
    secret = PasswordField()
    upload = FileField()
    names = FieldList(StringField())
    colour = SelectField(choices=[("r", "red")])
    shade = RadioField(choices=["dark", "light"])
    size = StringField(validators=[AnyOf(["s", "m"])])
    key = StringField(validators=[UUID()])
    code = StringField(validators=[Regexp(r"^[a-z]+\Z")])
    half = StringField(validators=[Regexp(r"[a-z]+")])  # want unanchored-validation


@bp.post("/form")
def by_form():
    form = CounterForm()
    if form.validate_on_submit():
        os.system("count " + form.name.data)  # want command-injection
        os.system("count " + form.note.data)  # want command-injection
        os.system("count " + form.token.data)  # want command-injection
        os.system("count " + form.secret.data)  # want command-injection
        os.system("count " + form.data["name"])  # want command-injection
        os.system("count " + form["name"].data)  # want command-injection
        os.system("count " + form.half.data)  # want command-injection
        os.system(f"count {form.colour.data} {form.shade.data} {form.size.data} {form.key.data} {form.code.data}")
        os.system("count " + form.data["colour"])
    return "counted"


class CounterSchema(Schema):
    name = fields.Str(required=True)
    number = fields.Int()
    colour = fields.Str(validate=validate.OneOf(["red", "green"]))
    code = fields.String(validate=validate.Regexp(r"[a-z]{3}\Z"))
    names = fields.List(fields.String())
    numbers = fields.List(fields.Integer())
    inner = fields.Nested(lambda: CounterSchema(only=["name"]))


@bp.post("/schema")
def by_schema():
    data = CounterSchema().load(request.get_json())
    os.system("count " + data["name"])  # want command-injection
    os.system("count " + data["names"][0])  # want command-injection
    os.system(f"count {data['number']} {data['colour']} {data['code']} {data['numbers'][0]}")
    return "counted"


@bp.get("/webargs")
@use_args({"name": fields.Str(), "number": fields.Int(load_default=1)}, location="query")
def by_webargs(args):
    os.system("count " + args["name"])  # want command-injection
    os.system(f"count {args['number']}")
    return "counted"


@bp.get("/webkwargs/<int:page>")
@use_kwargs({"name": fields.Str(), "number": fields.Int(load_default=1)}, location="query")
def by_webkwargs(page, name, number):
    os.system("count " + name)  # want command-injection
    os.system(f"count {number} {page}")
    return "counted"


@bp.post("/webschema")
@use_args(CounterSchema)
def by_webschema(args):
    os.system("count " + args["name"])  # want command-injection
    os.system(f"count {args['number']}")
    return "counted"


@bp.app_errorhandler(HTTPException)
def failed(error):
    os.system("count " + request.path)  # want command-injection
    return f"<p>{escape(request.path)}: {error.code}</p>", error.code


@bp.after_app_request
def counted(response):
    os.system("count " + request.headers["Host"])  # want command-injection
    return response


def registered(name, number):
    os.system("count " + name)  # want command-injection
    os.system(f"count {number}")
    return "counted"


def create_app():
    app = Flask(__name__)
    app.register_blueprint(bp)

    @app.get("/nested/<name>")
    def nested(name):
        os.system("count " + name)  # want command-injection
        return "counted"

    @app.before_request
    def before():
        os.system("count " + request.args.get("a", ""))  # want command-injection

    app.add_url_rule("/registered/<name>/<int:number>", view_func=registered)
    return app
