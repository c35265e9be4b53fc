"""A billing workflow's consumer: takes outcome events, holds them to the published schemas, and acts once on each.

    python billing.py [--until COUNT]

Events come at least once. What was acted on is kept by id in a SQLite file in the same transaction as the act, and an event is acknowledged
only after that: a repeat is dropped, a crash loses nothing. An event that breaks its schema goes to a queue of its own for a person.

Settings: BROKER_URL, BILLING_DB (a file), SCHEMAS (the folder src/events/schemas of Countersign).
"""

import argparse
import json
import os
import pathlib
import sqlite3

import jsonschema
import pika

EVENTS = "countersign.events"
QUEUE = "billing"
REFUSED = "billing.refused"
# All of them: events that no queue is bound for pile up at the worker.
KINDS = "countersign.#"
IGNORED = ["countersign.document.classified.v1"]
HERE = pathlib.Path(__file__).resolve().parent


def validators():
    folder = pathlib.Path(os.environ.get("SCHEMAS", HERE / "../../src/events/schemas"))
    schemas = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    return {schema["$id"]: jsonschema.Draft202012Validator(schema) for schema in schemas}


def database():
    opened = sqlite3.connect(os.environ.get("BILLING_DB", "billing.sqlite"))
    opened.execute("CREATE TABLE IF NOT EXISTS acted (id TEXT PRIMARY KEY, type TEXT, shipment TEXT, act TEXT)")
    return opened


def act(event):
    """What billing would do."""
    data = event["data"]
    if event["type"] == "countersign.attachment.validated.v1":
        return data["shipment"]["id"], "bill"
    if event["type"] == "countersign.upload.rejected.v1":
        return None, f"ask for a new scan: {data['reason']}"
    codes = sorted({exception["code"] for exception in data.get("exceptions", [])})
    shipment = data.get("shipment") or {}
    return shipment.get("id"), f"hold: {' '.join(codes)}" if codes else "note"


class Billing:
    def __init__(self, until):
        self.validators, self.database = validators(), database()
        self.until, self.seen, self.repeats = until, 0, 0

    def take(self, channel, method, _properties, body):
        event = json.loads(body)
        validator = self.validators.get(event.get("dataschema"))
        error = next(validator.iter_errors(event["data"]), None) if validator else "an unknown schema"
        if error:
            refused = pika.BasicProperties(delivery_mode=2, headers={"reason": str(error)[:200]})
            channel.basic_publish("", REFUSED, body, refused, mandatory=True)
        elif event["type"] not in IGNORED:
            self.act_once(event)
        channel.basic_ack(method.delivery_tag)
        self.seen += 1
        if self.until and self.seen >= self.until:
            channel.stop_consuming()

    def act_once(self, event):
        shipment, what = act(event)
        with self.database as transaction:
            row = (event["id"], event["type"], shipment, what)
            done = transaction.execute("INSERT OR IGNORE INTO acted VALUES (?, ?, ?, ?)", row)
        if done.rowcount:
            print(f"{what}\t{shipment or '-'}\t{event['subject']}", flush=True)
        else:
            self.repeats += 1


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--until", type=int, default=0, help="stop after so many events")
    billing = Billing(arguments.parse_args().until)
    connection = pika.BlockingConnection(pika.URLParameters(os.environ.get("BROKER_URL", "amqp://localhost")))
    channel = connection.channel()
    channel.confirm_delivery()
    channel.exchange_declare(EVENTS, "topic", durable=True)
    for queue in (QUEUE, REFUSED):
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(QUEUE, EVENTS, KINDS)
    channel.basic_qos(prefetch_count=50)
    channel.basic_consume(QUEUE, billing.take)
    print("listening", flush=True)
    channel.start_consuming()
    print(f"{billing.seen} events, {billing.repeats} of them repeats")
    connection.close()


if __name__ == "__main__":
    main()
