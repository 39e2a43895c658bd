#: rule open-redirect
from urllib.parse import urljoin, urlparse

from flask import Flask, redirect, request, session, url_for

app = Flask(__name__)
app.secret_key = "proof"


@app.get("/home")
def home():
    return "home"


#: proof
def ask(p, **query):
    return p.app.test_client().get("/", query_string=query)


def benign(p):
    answers = [ask(p, next=n) for n in ("/home", "/a/b?c=d", "/home#x")]
    return [(a.status_code, a.headers.get("Location")) for a in answers]


def exploit(p):
    for target in ("https://evil.example/", "//evil.example/", "https:evil.example", "/\\evil.example", "\t//evil.example"):
        try:
            to = ask(p, next=target).headers.get("Location") or ""
        except Exception:
            continue
        to = to.replace("\\", "/").replace("\t", "")
        if "evil.example" in urllib.parse.urljoin("http://localhost/", to).split("/")[2]:
            return True
    return False


#: case redirect at once
@app.get("/")
def go():
    return redirect(request.args["next"])


#: case with a default
@app.get("/")
def go():
    target = request.args.get("next", "/home")
    return redirect(target)


#: case with another way
@app.get("/")
def go():
    target = request.args.get("next")
    if target:
        return redirect(target)
    return redirect(url_for("home"))


#: case or
@app.get("/")
def go():
    return redirect(request.args.get("next") or url_for("home"))


#: case with a code
@app.get("/")
def go():
    return redirect(request.args["next"], code=303)
