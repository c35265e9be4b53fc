//! A worker's surroundings, fresh for each test: a virtual host, a schema and a bucket of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use futures_util::StreamExt as _;
use lapin::options::{
    BasicConsumeOptions, BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions,
    QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer, ExchangeKind};
use serde_json::{Value, json};

use crate::running::Worker;

pub(crate) const UPLOADS: &str = "countersign.uploads";
pub(crate) const SHIPMENTS: &str = "countersign.shipments";
pub(crate) const EVENTS: &str = "countersign.events";
/// Longer than anything that a test waits for takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

#[derive(Debug, serde::Deserialize)]
struct Services {
    postgres: String,
    rabbitmq: String,
    s3: String,
    s3_key: String,
    s3_secret: String,
}

/// The servers, those started anew that had ended since `make test` started them.
static STARTED: OnceLock<()> = OnceLock::new();

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(root().join("fixtures/uploads").join(name)).unwrap()
}

/// Runs `scripts/services.sh`, which has to succeed.
pub(crate) fn services(arguments: &[&str]) {
    let script = root().join("scripts/services.sh");
    let ran = Command::new(script)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

/// The surroundings.
pub(crate) struct World {
    pub(crate) name: String,
    /// Settings that a worker is started with, by environment variable.
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) amqp: String,
    pub(crate) store: aws_sdk_s3::Client,
    pub(crate) channel: Channel,
    consumer: Option<Consumer>,
    connection: Connection,
    pub(crate) folder: tempfile::TempDir,
}

impl World {
    /// With a queue for all events.
    pub(crate) async fn new() -> Self {
        let mut world = Self::without_consumer().await;
        world.subscribe("#").await;
        world
    }

    /// Where no queue is bound for events.
    pub(crate) async fn without_consumer() -> Self {
        STARTED.get_or_init(|| services(&["start"]));
        let told = std::fs::read_to_string(root().join(".services/running.json")).unwrap();
        let services_at: Services = serde_json::from_str(&told).unwrap();
        let name = format!("t{}", uuid::Uuid::new_v4().simple());
        services(&["rabbitmqctl", "add_vhost", &name]);
        services(&[
            "rabbitmqctl",
            "set_permissions",
            "-p",
            &name,
            "guest",
            ".*",
            ".*",
            ".*",
        ]);
        let amqp = services_at.rabbitmq.replace("%2f", &name);
        let store = store(&services_at);
        store.create_bucket().bucket(&name).send().await.unwrap();
        let (connection, channel) = connect(&amqp).await.unwrap();
        let settings = [
            ("HOME", root().display().to_string()),
            ("LEDGER", ledger(&services_at.postgres, &name).await),
            ("SLOTS", "1".to_owned()),
            ("LOG", "info".to_owned()),
            ("LOG_FORMAT", "json".to_owned()),
            ("RABBITMQ__URL", amqp.clone()),
            ("S3__BUCKET", name.clone()),
            ("S3__ENDPOINT", services_at.s3.clone()),
            ("S3__REGION", "us-east-1".to_owned()),
            ("S3__PATH_STYLE", "true".to_owned()),
            ("WORKER__DRAIN_SECONDS", "20".to_owned()),
        ];
        let mut settings: BTreeMap<String, String> = settings
            .into_iter()
            .map(|(key, value)| (format!("COUNTERSIGN_{key}"), value))
            .collect();
        settings.insert("AWS_ACCESS_KEY_ID".to_owned(), services_at.s3_key);
        settings.insert("AWS_SECRET_ACCESS_KEY".to_owned(), services_at.s3_secret);
        Self {
            name,
            settings,
            amqp,
            store,
            channel,
            consumer: None,
            connection,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Binds a queue for events.
    pub(crate) async fn subscribe(&mut self, pattern: &str) {
        let durable = lapin::options::ExchangeDeclareOptions {
            durable: true,
            ..Default::default()
        };
        let exchange = self.channel.exchange_declare(
            EVENTS.into(),
            ExchangeKind::Topic,
            durable,
            FieldTable::default(),
        );
        exchange.await.unwrap();
        let options = QueueDeclareOptions {
            durable: true,
            ..Default::default()
        };
        let arguments = FieldTable::default();
        self.channel
            .queue_declare("billing".into(), options, quorum())
            .await
            .unwrap();
        let bound = self.channel.queue_bind(
            "billing".into(),
            EVENTS.into(),
            pattern.into(),
            QueueBindOptions::default(),
            arguments,
        );
        bound.await.unwrap();
        self.listen().await;
    }

    /// Binds a queue for events that takes none.
    pub(crate) async fn bind_full_queue(&self, name: &str) {
        let mut arguments = FieldTable::default();
        arguments.insert("x-max-length".into(), AMQPValue::LongLongInt(0));
        arguments.insert(
            "x-overflow".into(),
            AMQPValue::LongString("reject-publish".into()),
        );
        let declared =
            self.channel
                .queue_declare(name.into(), QueueDeclareOptions::default(), arguments);
        declared.await.unwrap();
        let bound = self.channel.queue_bind(
            name.into(),
            EVENTS.into(),
            "#".into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        bound.await.unwrap();
    }

    pub(crate) async fn delete_queue(&self, name: &str) {
        let deleted = self
            .channel
            .queue_delete(name.into(), lapin::options::QueueDeleteOptions::default());
        deleted.await.unwrap();
    }

    /// Leaves events in their queue.
    pub(crate) async fn stop_listening(&mut self) {
        self.consumer = None;
        self.reconnect().await;
    }

    pub(crate) async fn listen(&mut self) {
        let options = BasicConsumeOptions {
            no_ack: true,
            ..Default::default()
        };
        let consumer =
            self.channel
                .basic_consume("billing".into(), "".into(), options, FieldTable::default());
        self.consumer = Some(consumer.await.unwrap());
    }

    /// Over a new connection.
    pub(crate) async fn reconnect(&mut self) {
        let connected = || async { connect(&self.amqp).await.is_ok() };
        until("the broker is there", connected).await;
        (self.connection, self.channel) = connect(&self.amqp).await.unwrap();
    }

    pub(crate) async fn try_reconnect(&mut self) {
        if let Ok(connected) = connect(&self.amqp).await {
            (self.connection, self.channel) = connected;
        }
    }

    /// Messages that are not settled: in the queue of uploads and those where they wait.
    pub(crate) async fn waiting(&self) -> u32 {
        let mut waiting = self.ready(UPLOADS).await;
        for delay in ["5s", "30s", "120s", "600s", "3600s"] {
            waiting += self.ready(&format!("{UPLOADS}.wait.{delay}")).await;
        }
        waiting
    }

    pub(crate) fn worker(&self) -> Worker {
        Worker::start(self, &[])
    }

    pub(crate) async fn put(&self, key: &str, bytes: Vec<u8>) {
        let put = self
            .store
            .put_object()
            .bucket(&self.name)
            .key(key)
            .body(ByteStream::from(bytes));
        put.send().await.unwrap();
    }

    /// Publishes a message, confirmed.
    pub(crate) async fn send(&self, queue: &str, body: &[u8]) {
        let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap();
        self.send_with(queue, body, BasicProperties::default().with_timestamp(now))
            .await;
    }

    /// False where the broker did not confirm.
    pub(crate) async fn try_send(&self, queue: &str, body: &[u8]) -> bool {
        let properties = BasicProperties::default().with_delivery_mode(2);
        let options = BasicPublishOptions {
            mandatory: true,
            ..Default::default()
        };
        let confirmed = async {
            let sent =
                self.channel
                    .basic_publish("".into(), queue.into(), options, body, properties);
            sent.await?.await
        };
        let confirmed = tokio::time::timeout(Duration::from_secs(5), confirmed).await;
        matches!(confirmed, Ok(Ok(lapin::Confirmation::Ack(None))))
    }

    pub(crate) async fn send_with(&self, queue: &str, body: &[u8], properties: BasicProperties) {
        let options = BasicPublishOptions {
            mandatory: true,
            ..Default::default()
        };
        let properties = properties.with_delivery_mode(2);
        let sent = self
            .channel
            .basic_publish("".into(), queue.into(), options, body, properties);
        let confirmation = sent.await.unwrap().await.unwrap();
        assert!(
            matches!(confirmation, lapin::Confirmation::Ack(None)),
            "{queue} took no message"
        );
    }

    pub(crate) async fn notify(&self, key: &str) {
        let notice = json!({"bucket": self.name, "key": key});
        self.send(UPLOADS, notice.to_string().as_bytes()).await;
    }

    pub(crate) async fn upload(&self, key: &str, bytes: Vec<u8>) {
        self.put(key, bytes).await;
        self.notify(key).await;
    }

    /// The next event; a test fails when none comes.
    pub(crate) async fn event(&mut self) -> Value {
        let consumer = self.consumer.as_mut().expect("subscribed");
        let delivery = tokio::time::timeout(PATIENCE, consumer.next())
            .await
            .expect("no event came");
        let delivery = delivery.expect("the broker went away").unwrap();
        let event: Value = serde_json::from_slice(&delivery.data).unwrap();
        let properties = &delivery.properties;
        assert_eq!(
            properties.message_id().as_ref().unwrap().as_str(),
            event["id"].as_str().unwrap()
        );
        assert_eq!(
            delivery.routing_key.as_str(),
            event["type"].as_str().unwrap()
        );
        assert_eq!(*properties.delivery_mode(), Some(2));
        let content_type = properties
            .content_type()
            .as_ref()
            .unwrap()
            .as_str()
            .to_owned();
        assert_eq!(content_type, "application/cloudevents+json; charset=utf-8");
        event
    }

    pub(crate) async fn events(&mut self, count: usize) -> Vec<Value> {
        let mut events = Vec::new();
        for _ in 0..count {
            events.push(self.event().await);
        }
        events
    }

    /// An event if one is there already.
    pub(crate) async fn event_at_hand(&mut self) -> Option<Value> {
        let consumer = self.consumer.as_mut().expect("subscribed");
        let delivery = tokio::time::timeout(Duration::from_millis(200), consumer.next())
            .await
            .ok()??;
        Some(serde_json::from_slice(&delivery.unwrap().data).unwrap())
    }

    /// How many messages are ready in a queue.
    pub(crate) async fn ready(&self, queue: &str) -> u32 {
        let passive = QueueDeclareOptions {
            passive: true,
            ..Default::default()
        };
        let channel = self.connection.create_channel().await.unwrap();
        let found = channel
            .queue_declare(queue.into(), passive, FieldTable::default())
            .await;
        found.map_or(0, |queue| queue.message_count())
    }

    /// Takes the next message out of a queue, with its headers.
    pub(crate) async fn take(&self, queue: &str) -> (Vec<u8>, BTreeMap<String, AMQPValue>) {
        let until = Instant::now() + PATIENCE;
        loop {
            let options = BasicGetOptions { no_ack: true };
            if let Some(message) = self.channel.basic_get(queue.into(), options).await.unwrap() {
                let expiration = message.delivery.properties.expiration();
                assert!(expiration.is_none(), "it is dropped after {expiration:?}");
                let headers = message
                    .delivery
                    .properties
                    .headers()
                    .clone()
                    .unwrap_or_default();
                let headers = headers
                    .inner()
                    .iter()
                    .map(|(key, value)| (key.to_string(), value.clone()));
                return (message.delivery.data.clone(), headers.collect());
            }
            assert!(Instant::now() < until, "{queue} stays empty");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Makes all events but those of classification pending again, as if nobody had confirmed them.
    pub(crate) async fn publish_again(&self) {
        self.change("UPDATE outbox SET published_at = NULL WHERE type <> 'countersign.document.classified.v1'").await;
    }

    /// Changes the ledger by hand.
    pub(crate) async fn change(&self, statement: &str) {
        use sqlx::{Connection as _, Executor as _};
        let ledger = &self.settings["COUNTERSIGN_LEDGER"];
        let mut connection = sqlx::AnyConnection::connect(ledger).await.unwrap();
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        connection.execute(sqlx::raw_sql(statement)).await.unwrap();
    }

    /// A number from the ledger.
    pub(crate) async fn count(&self, statement: &'static str) -> i64 {
        use sqlx::{Connection as _, Row as _};
        let mut connection = sqlx::AnyConnection::connect(&self.settings["COUNTERSIGN_LEDGER"])
            .await
            .unwrap();
        let row = sqlx::query(statement)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        row.try_get(0).unwrap()
    }
}

/// Waits until something holds; a test fails when it does not come to hold.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let end = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < end, "it never came to this: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) fn quorum() -> FieldTable {
    let mut table = FieldTable::default();
    table.insert(
        "x-queue-type".into(),
        AMQPValue::LongString("quorum".into()),
    );
    table
}

async fn connect(amqp: &str) -> lapin::Result<(Connection, Channel)> {
    let connection = Connection::connect(amqp, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await?;
    Ok((connection, channel))
}

fn store(services: &Services) -> aws_sdk_s3::Client {
    let credentials = Credentials::new(&services.s3_key, &services.s3_secret, None, None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(&services.s3)
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials)
        .force_path_style(true)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// The URL of a new, empty schema.
async fn ledger(postgres: &str, schema: &str) -> String {
    use sqlx::{Connection as _, Executor as _};
    sqlx::any::install_default_drivers();
    let mut admin = sqlx::AnyConnection::connect(postgres).await.unwrap();
    let create = format!("CREATE SCHEMA {schema}");
    admin
        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(create)))
        .await
        .unwrap();
    format!("{postgres}?options=-csearch_path%3D{schema}")
}
