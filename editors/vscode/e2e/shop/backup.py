"""Backups, asked for by the administrators."""
import os

from flask import Blueprint, request

admin = Blueprint("admin", __name__)


@admin.post("/backup")
def backup():
    os.system("tar czf backup.tgz " + request.form["folder"])
    return "done"
