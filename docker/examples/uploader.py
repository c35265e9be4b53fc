"""An upload pipeline: puts papers into the bucket and tells the worker of each.

    python uploader.py PAPER… [--prefix inbox/] [--shipments shipments.jsonl]

A paper counts as handed over once the store has it and the broker has confirmed its notice. Whatever fails before that is tried again by
running the same command: names are made of the content, and a notice that comes twice gives one outcome.

Settings: BROKER_URL, STORE_URL, BUCKET; the store's keys as for any AWS tool (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).
"""

import argparse
import hashlib
import json
import os
import pathlib

import boto3
import pika
from botocore.config import Config

UPLOADS = "countersign.uploads"
SHIPMENTS = "countersign.shipments"


def broker():
    connection = pika.BlockingConnection(pika.URLParameters(os.environ.get("BROKER_URL", "amqp://localhost")))
    channel = connection.channel()
    # With confirms, publishing raises where the broker did not take a message, and with `mandatory` where there is no such queue.
    channel.confirm_delivery()
    return connection, channel


def send(channel, queue, body):
    properties = pika.BasicProperties(delivery_mode=2, content_type="application/json")
    channel.basic_publish("", queue, body, properties, mandatory=True)


def store():
    return boto3.client(
        "s3",
        endpoint_url=os.environ.get("STORE_URL") or None,
        region_name=os.environ.get("AWS_REGION", "us-east-1"),
        config=Config(s3={"addressing_style": "path"}),
    )


def upload(client, bucket, prefix, paper):
    content = paper.read_bytes()
    key = f"{prefix}{hashlib.sha256(content).hexdigest()[:16]}-{paper.name}"
    put = client.put_object(Bucket=bucket, Key=key, Body=content)
    return {"bucket": bucket, "key": key, "etag": put["ETag"].strip('"'), "size": len(content)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("papers", nargs="*", type=pathlib.Path)
    arguments.add_argument("--prefix", default="inbox/")
    arguments.add_argument("--shipments", type=pathlib.Path)
    arguments = arguments.parse_args()
    connection, channel = broker()
    if arguments.shipments:
        for line in arguments.shipments.read_text().splitlines():
            send(channel, SHIPMENTS, line)
    client, bucket = store(), os.environ.get("BUCKET", "uploads")
    for paper in arguments.papers:
        notice = upload(client, bucket, arguments.prefix, paper)
        send(channel, UPLOADS, json.dumps(notice))
        print(f"handed over: {notice['key']}")
    connection.close()


if __name__ == "__main__":
    main()
