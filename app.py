

def helper(cmd):
    return run(cmd)


@app.route("/dug")
def dug():
    cmd = f"dig {request.args['host']}"
    return helper(cmd) + run(cmd=cmd)


@app.route("/raw")
def raw():
    return helper(request.args["cmd"])
