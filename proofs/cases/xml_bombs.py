#: rule xml-untrusted-parse
import xml.dom.minidom
import xml.etree.ElementTree as ET
from xml.etree import ElementTree

from flask import Flask, request

app = Flask(__name__)


#: proof
def post(p, data):
    return p.app.test_client().post("/", data=data).get_data(as_text=True)


def benign(p):
    return [post(p, d) for d in (b"<a><b>one</b></a>", b"<a><b>&lt;</b></a>")]


def exploit(p):
    bomb = '<!DOCTYPE a [<!ENTITY x "boom"><!ENTITY y "&x;&x;&x;&x;">]><a><b>&y;</b></a>'
    try:
        return "boomboom" in post(p, bomb.encode())
    except Exception:
        return False


#: case ElementTree
@app.post("/")
def read():
    return ET.fromstring(request.get_data()).findtext("b")


#: case ElementTree by another name
@app.post("/")
def read():
    root = ElementTree.fromstring(request.data)
    return root.findtext("b")


#: case minidom
@app.post("/")
def read():
    document = xml.dom.minidom.parseString(request.get_data())
    return document.getElementsByTagName("b")[0].firstChild.data
