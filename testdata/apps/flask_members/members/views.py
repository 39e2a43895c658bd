from flask import Flask, redirect, request
from flask_login import current_user, login_required

from .models import User, db

app = Flask(__name__)


@app.post("/register")
def register():
    user = User()
    user.password = request.form["password"]
    db.session.add(user)
    db.session.commit()
    return redirect("/")


@app.post("/password")
@login_required
def change():
    current_user.password = request.form["password"]
    db.session.commit()
    return redirect("/")


@app.post("/users/<int:uid>/password")
@login_required
def set_for(uid):
    user = db.session.get(User, uid)
    user.password = request.form["password"]
    db.session.commit()
    return redirect("/")
