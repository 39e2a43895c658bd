import base64
import hmac
import json
import logging
import os
import re
import subprocess
from decimal import Decimal
from hashlib import sha256

import boto3
from botocore.exceptions import ClientError
from boto3.dynamodb.conditions import Attr, Key

log = logging.getLogger()
log.setLevel(os.environ.get("LOG_LEVEL", "INFO"))
TABLE = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
S3 = boto3.client("s3")
RDS = boto3.client("rds-data")
SAFE = re.compile(r"\A[\w-]{1,64}\Z")


def _response(status, payload=None):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", "Strict-Transport-Security": "max-age=63072000"},
        "body": json.dumps(payload or {}, default=str),
    }


def get_item(event, context):
    sub = event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    key = event["pathParameters"]["id"]
    try:
        item = TABLE.get_item(Key={"owner": sub, "id": key}).get("Item")
    except ClientError:
        log.exception("dynamodb")
        return _response(500, {"message": "internal error"})
    return _response(200, item) if item else _response(404)


def list_items(event, context):
    sub = event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    params = event.get("queryStringParameters") or {}
    try:
        limit = min(int(params.get("limit", "20")), 100)
    except ValueError:
        return _response(400, {"message": "limit"})
    result = TABLE.query(KeyConditionExpression=Key("owner").eq(sub), FilterExpression=Attr("tag").eq(params.get("tag", "")), Limit=limit)
    return _response(200, result["Items"])


def search(event, context):
    params = event.get("queryStringParameters") or {}
    answer = RDS.execute_statement(
        resourceArn=os.environ["DB_ARN"],
        secretArn=os.environ["DB_SECRET"],
        sql="SELECT id, name FROM items WHERE name LIKE :name",
        parameters=[{"name": "name", "value": {"stringValue": f"%{params.get('q', '')}%"}}],
    )
    return _response(200, answer["records"])


def upload_url(event, context):
    name = json.loads(event["body"])["name"]
    if not SAFE.match(name):
        return _response(400)
    url = S3.generate_presigned_url("put_object", Params={"Bucket": os.environ["BUCKET"], "Key": f"in/{name}"}, ExpiresIn=300)
    return _response(200, {"url": url})


def on_object(event, context):
    for record in event["Records"]:
        key = record["s3"]["object"]["key"]
        target = "/tmp/input"
        S3.download_file(record["s3"]["bucket"]["name"], key, target)
        subprocess.run(["/opt/bin/pdftotext", target, "/tmp/output.txt"], check=True, timeout=60)
        S3.upload_file("/tmp/output.txt", os.environ["OUT"], "text/%s.txt" % sha256(key.encode()).hexdigest())


def webhook(event, context):
    body = base64.b64decode(event["body"]) if event.get("isBase64Encoded") else event["body"].encode()
    given = event["headers"].get("x-hub-signature-256", "")
    expected = "sha256=" + hmac.new(os.environ["HOOK_KEY"].encode(), body, sha256).hexdigest()
    if not hmac.compare_digest(given, expected):
        return _response(401)
    TABLE.put_item(Item={"owner": "hook", "id": context.aws_request_id, "doc": json.loads(body, parse_float=Decimal)})
    return _response(202)
