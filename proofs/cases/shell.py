#: rule command-injection
import os
import subprocess
from subprocess import PIPE, Popen, check_output

from flask import Flask, request

app = Flask(__name__)


#: proof
def ask(p, **query):
    return p.app.test_client().get("/", query_string=query).get_data(as_text=True)


def benign(p):
    open("pear", "w").write("a pear\n")
    open("two words", "w").write("two\n")
    return [ask(p, name=n) for n in ("pear", "two words")]


def exploit(p):
    if os.path.exists("stolen"):
        os.remove("stolen")
    try:
        ask(p, name="pear; touch stolen")
        ask(p, name="pear\"; touch stolen; \"")
    except Exception:
        pass
    return os.path.exists("stolen")


#: case check_output, f-string in quotes
@app.get("/")
def show():
    name = request.args["name"]
    return subprocess.check_output(f'cat "{name}"', shell=True)


#: case run with capture_output
@app.get("/")
def show():
    name = request.args["name"]
    done = subprocess.run('cat "' + name + '"', shell=True, capture_output=True, text=True)
    return done.stdout


#: case Popen and communicate
@app.get("/")
def show():
    name = request.args["name"]
    process = Popen('cat "%s"' % name, shell=True, stdout=PIPE)
    out, _ = process.communicate()
    return out


#: case command in a variable
@app.get("/")
def show():
    name = request.args["name"]
    command = 'wc -c "{}"'.format(name)
    return check_output(command, shell=True, text=True).split()[0]


#: case os.popen
@app.get("/")
def show():
    name = request.args["name"]
    return os.popen(f'cat "{name}"').read()


#: case os.system
@app.get("/")
def show():
    name = request.args["name"]
    status = os.system(f'cat "{name}" > copy')
    return str(status) + open("copy").read()


#: case pipe
@app.get("/")
def show():
    name = request.args["name"]
    return subprocess.check_output(f'cat "{name}" | tr a-z A-Z', shell=True)


#: case options before the value
@app.get("/")
def show():
    name = request.args["name"]
    return subprocess.check_output(f'head -n 1 "{name}"', shell=True)


#: case without quotes
@app.get("/")
def show():
    name = request.args["name"]
    return subprocess.check_output("cat " + name, shell=True)
#: proof
def benign(p):
    open("pear", "w").write("a pear\n")
    return [ask(p, name=n) for n in ("pear", "./pear")]


#: case getoutput
@app.get("/")
def show():
    return subprocess.getoutput(f"cat {request.args['name']}")
#: proof
def benign(p):
    open("pear", "w").write("a pear\n")
    return [ask(p, name=n) for n in ("pear", "./pear")]
