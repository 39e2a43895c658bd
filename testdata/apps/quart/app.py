"""Weather stations: the Quart application and its settings."""
import os
import secrets

from quart import Quart, jsonify

from jobs import jobs
from members import members
from outside import outside
from readings import readings
from screens import screens

app = Quart(__name__)
app.config.update(SECRET_KEY="stations-4711", TEMPLATES_AUTO_RELOAD=False)  # want hardcoded-secret-key

for blueprint in (jobs, members, outside, readings, screens):
    app.register_blueprint(blueprint)


@app.get("/health")
async def health():
    return jsonify(status="ok")


def create_debug_app():
    debug = Quart("stations_debug")
    debug.secret_key = os.environ["STATIONS_SECRET_KEY"]
    debug.config["DEBUG"] = True  # want debug-enabled
    return debug


def create_app(settings=None):
    production = Quart("stations")
    production.config.update(SECRET_KEY=os.environ["STATIONS_SECRET_KEY"], DEBUG=False)
    if settings:
        production.config.from_mapping(settings)
    return production


def create_throwaway_app():
    throwaway = Quart("stations_throwaway")
    throwaway.secret_key = secrets.token_hex(32)
    throwaway.register_blueprint(readings)
    return throwaway


def main():
    app.run(host="127.0.0.1", port=5050)


if __name__ == "__main__":
    app.run(debug=True)  # want debug-enabled
