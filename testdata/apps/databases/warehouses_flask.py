"""Reports from warehouses: Flask over Snowflake, BigQuery, Athena, rds-data and Trino."""

import os

import boto3
import snowflake.connector
import trino
from flask import Flask, jsonify, request
from google.cloud import bigquery
from snowflake.connector import DictCursor

app = Flask(__name__)
rds = boto3.client("rds-data")
athena = boto3.client("athena")
DATASETS = {"sales": "shop.sales", "stock": "shop.stock"}


@app.get("/snowflake")
def with_snowflake():
    with snowflake.connector.connect(account=os.environ["ACCOUNT"]) as conn:
        cur = conn.cursor(DictCursor)
        cur.execute(f"SELECT id FROM sales WHERE region = '{request.args['region']}'")  # want sql-injection
        return jsonify(cur.fetchall())


@app.post("/snowflake/script")
def snowflake_script():
    conn = snowflake.connector.connect(account=os.environ["ACCOUNT"])
    conn.execute_string("USE ROLE r; CALL load('" + request.form["day"] + "');")  # want sql-injection
    return "", 204


@app.get("/bigquery")
def with_bigquery():
    client = bigquery.Client()
    query = "SELECT id FROM `shop.sales` WHERE region = '%s'" % request.args["region"]
    return jsonify([dict(row) for row in client.query(query).result()])  # want sql-injection


@app.get("/rds")
def with_rds():
    sql = "SELECT id FROM sales WHERE region = '{}'".format(request.args["region"])
    return jsonify(rds.execute_statement(resourceArn="arn", secretArn="arn", sql=sql)["records"])  # want sql-injection


@app.get("/athena")
def with_athena():
    query = "SELECT id FROM sales WHERE region = '" + request.args["region"] + "'"
    return jsonify(athena.start_query_execution(QueryString=query, WorkGroup="web"))  # want sql-injection


@app.get("/trino")
def with_trino():
    cur = trino.dbapi.connect(host="trino", user="web").cursor()
    cur.execute("SELECT id FROM %s" % request.args["table"])  # want sql-injection
    return jsonify(cur.fetchall())


@app.get("/safe/snowflake")
def safe_snowflake():
    with snowflake.connector.connect(account=os.environ["ACCOUNT"]) as conn, conn.cursor() as cur:
        cur.execute("SELECT id FROM sales WHERE region = %s", (request.args["region"],))
        return jsonify(cur.fetchall())


@app.get("/safe/bigquery")
def safe_bigquery():
    config = bigquery.QueryJobConfig(query_parameters=[bigquery.ScalarQueryParameter("region", "STRING", request.args["region"])])
    table = DATASETS[request.args["dataset"]]
    rows = bigquery.Client().query(f"SELECT id FROM `{table}` WHERE region = @region", job_config=config)
    return jsonify([dict(row) for row in rows.result()])


@app.get("/safe/rds")
def safe_rds():
    return jsonify(
        rds.execute_statement(
            resourceArn="arn",
            secretArn="arn",
            sql="SELECT id FROM sales WHERE region = :region",
            parameters=[{"name": "region", "value": {"stringValue": request.args["region"]}}],
        )
    )


@app.get("/safe/athena")
def safe_athena():
    year = int(request.args["year"])
    return jsonify(athena.start_query_execution(QueryString=f"SELECT id FROM sales WHERE year = {year}", ExecutionParameters=[request.args["region"]]))


@app.get("/safe/trino")
def safe_trino():
    cur = trino.dbapi.connect(host="trino", user="web").cursor()
    cur.execute("SELECT id FROM sales WHERE region = ?", (request.args["region"],))
    return jsonify(cur.fetchall())
