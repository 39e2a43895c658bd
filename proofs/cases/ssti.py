#: rule template-injection
from flask import Flask, render_template_string, request

app = Flask(__name__)


#: proof
def ask(p, **query):
    return p.app.test_client().get("/", query_string=query).get_data(as_text=True)


def benign(p):
    return [ask(p, name=n) for n in ("ann", "a b")]


def exploit(p):
    return "49" in ask(p, name="{{ 7 * 7 }}")


#: case f-string
@app.get("/")
def hello():
    name = request.args["name"]
    return render_template_string(f"<h1>Hello {name}</h1>")


#: case concatenation
@app.get("/")
def hello():
    return render_template_string("<h1>Hello " + request.args["name"] + "</h1>")


#: case percent format
@app.get("/")
def hello():
    name = request.args["name"]
    return render_template_string("<h1>Hello %s</h1>" % name)


#: case template in a variable
@app.get("/")
def hello():
    name = request.args["name"]
    template = f"<p>{name}: {{{{ 1 + 1 }}}}</p>"
    return render_template_string(template, other=1)


#: case str.format
@app.get("/")
def hello():
    return render_template_string("<h1>Hello {}</h1>".format(request.args["name"]))
