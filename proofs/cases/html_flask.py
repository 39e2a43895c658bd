#: rule reflected-xss
from flask import Flask, Response, make_response, request
from markupsafe import Markup

app = Flask(__name__)


#: proof
def ask(p, **query):
    return p.app.test_client().get("/", query_string=query)


def benign(p):
    answers = [ask(p, name=n) for n in ("ann", "a b", "42")]
    return [(a.status_code, a.get_data(as_text=True), a.content_type) for a in answers]


def exploit(p):
    try:
        answer = ask(p, name="<script>alert(1)</script>")
    except Exception:
        return False
    return "<script>alert" in answer.get_data(as_text=True) and "html" in answer.content_type


#: case f-string
@app.get("/")
def hello():
    name = request.args["name"]
    return f"<h1>Hello {name}</h1>"


#: case concatenation
@app.get("/")
def hello():
    return "<h1>Hello " + request.args["name"] + "</h1>"


#: case percent format
@app.get("/")
def hello():
    name = request.args.get("name", "")
    return "<p>%s, %d</p>" % (name, 3)


#: case str.format
@app.get("/")
def hello():
    return "<p>{}</p>".format(request.args["name"])


#: case make_response
@app.get("/")
def hello():
    name = request.args["name"]
    response = make_response("<p>" + name + "</p>")
    response.headers["X-Kind"] = "greeting"
    return response


#: case Response
@app.get("/")
def hello():
    return Response(f"<p>{request.args['name']}</p>", mimetype="text/html")


#: case with a status
@app.get("/")
def hello():
    name = request.args["name"]
    return f"<p>No {name} here</p>", 404


#: case page in a variable
@app.get("/")
def hello():
    name = request.args["name"]
    page = "<ul>"
    page += "<li>" + name + "</li>"
    page += "</ul>"
    return page


#: case Markup
#: rule unsafe-markup
@app.get("/")
def hello():
    name = request.args["name"]
    return Markup("<b>" + name + "</b>")


#: case Markup of a format
#: rule unsafe-markup
@app.get("/")
def hello():
    name = request.args["name"]
    return Markup(f"<b title='{name}'>{name}</b>")
