"""A dashboard: FastAPI over pandas, polars, DuckDB and ClickHouse."""

import clickhouse_connect
import duckdb
import pandas as pd
import polars as pl
from clickhouse_driver import Client
from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("postgresql:///metrics")
METRICS = {"visits": "sum(visits)", "buyers": "count(distinct buyer)"}


@app.get("/pandas")
def with_pandas(region: str):
    frame = pd.read_sql(f"SELECT day, sales FROM facts WHERE region = '{region}'", engine)  # want sql-injection
    return frame.to_dict("records")


@app.get("/pandas/query")
def with_read_sql_query(region: str):
    sql = "SELECT day FROM facts WHERE region = '%s'" % region
    return pd.read_sql_query(sql, con=engine).to_dict()  # want sql-injection


@app.get("/polars")
def with_polars(region: str):
    return pl.read_database("SELECT day FROM facts WHERE region = '{}'".format(region), engine).to_dicts()  # want sql-injection


@app.get("/polars/uri")
def with_polars_uri(region: str):
    query = " ".join(["SELECT day FROM facts", "WHERE region = '" + region + "'"])
    return pl.read_database_uri(query=query, uri="postgresql:///metrics").to_dicts()  # want sql-injection


@app.get("/duckdb")
def with_duckdb(path: str):
    return duckdb.sql("SELECT * FROM '" + path + "'").fetchall()  # want sql-injection


@app.get("/duckdb/connection")
def with_connection(region: str):
    con = duckdb.connect("metrics.duckdb", read_only=True)
    return con.execute(f"SELECT day FROM facts WHERE region = '{region}'").fetchall()  # want sql-injection


@app.get("/clickhouse")
def with_driver(region: str):
    client = Client("clickhouse")
    return client.execute("SELECT day FROM facts WHERE region = '%s'" % region)  # want sql-injection


@app.get("/clickhouse/connect")
def with_connect(metric: str):
    client = clickhouse_connect.get_client(host="clickhouse")
    return client.query(f"SELECT {metric} FROM facts GROUP BY day").result_rows  # want sql-injection


@app.post("/clickhouse/command")
async def command(partition: str):
    client = await clickhouse_connect.get_async_client(host="clickhouse")
    await client.command("ALTER TABLE facts DROP PARTITION '{}'".format(partition))  # want sql-injection


@app.get("/safe/pandas")
def safe_pandas(region: str):
    frame = pd.read_sql(text("SELECT day FROM facts WHERE region = :region"), engine, params={"region": region})
    return frame.to_dict("records")


@app.get("/safe/pandas/query")
def safe_pandas_query(region: str):
    return pd.read_sql_query("SELECT day FROM facts WHERE region = %(region)s", engine, params={"region": region}).to_dict()


@app.get("/safe/polars")
def safe_polars(region: str):
    query = "SELECT day FROM facts WHERE region = :region"
    return pl.read_database(query, engine, execute_options={"parameters": {"region": region}}).to_dicts()


@app.get("/safe/duckdb")
def safe_duckdb(region: str, days: int):
    con = duckdb.connect()
    return con.execute(f"SELECT day FROM facts WHERE region = ? LIMIT {days}", [region]).fetchall()


@app.get("/safe/clickhouse")
def safe_clickhouse(region: str):
    return Client("clickhouse").execute("SELECT day FROM facts WHERE region = %(region)s", {"region": region})


@app.get("/safe/connect")
def safe_connect(metric: str, region: str):
    expression = METRICS.get(metric)
    if not expression:
        raise HTTPException(404)
    client = clickhouse_connect.get_client(host="clickhouse")
    query = f"SELECT {expression} FROM facts WHERE region = {{region:String}}"
    return client.query(query, parameters={"region": region}).result_rows
