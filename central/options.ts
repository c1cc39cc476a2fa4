import { loggingFields } from "@reflow/shared/cli";
import { type ConfigOf, defineConfig, field } from "@reflow/shared/config";

/** Everything that central can be told: the sections and keys of the operator's page, and ours. */
export const centralSpec = defineConfig({
  name: "reflow-central",
  envPrefix: "TRACING",
  envAliases: {
    TRACING_BIND_ADDRESS: "server.bind_address",
    TRACING_MAX_CONNECTIONS: "server.max_connections",
    TRACING_MAX_EVENT_SIZE: "tracing.max_event_size",
    TRACING_LOG_LEVEL: "logging.level",
  },
  sections: {
    server: {
      bind_address: field.address({
        default: "127.0.0.1:8090",
        help: "Where collectors, programs, monitors and browsers connect",
      }),
      max_connections: field.integer({
        default: 1000,
        min: 1,
        max: 1_000_000,
        help: "WebSocket connections at a time; further handshakes are answered with 503",
      }),
      worker_threads: field.integer({
        default: 1,
        min: 1,
        max: 1024,
        help:
          "Kept for the operator's page; a process uses one thread for requests, run more replicas instead",
      }),
      keep_alive_timeout: field.duration({
        default: 30_000,
        integerUnit: "s",
        min: 1000,
        max: 3_600_000,
        help:
          "A WebSocket without frames for this long is pinged; without a pong in as long again it is gone",
      }),
    },
    database: {
      url: field.url({
        protocols: ["postgresql", "postgres", "pglite"],
        default: "pglite://./reflow-data",
        help: "postgresql://… or pglite://<folder> for the embedded store",
      }),
      max_connections: field.integer({ default: 20, min: 1, max: 1000, help: "Connections to PostgreSQL" }),
      min_connections: field.integer({
        default: 0,
        min: 0,
        max: 1000,
        help: "Kept for the operator's page; the pool opens connections as they are needed",
      }),
      connection_timeout: field.duration({
        default: 5000,
        integerUnit: "ms",
        min: 100,
        max: 600_000,
        help: "How long opening a connection may take",
      }),
      statement_timeout: field.duration({
        default: 30_000,
        integerUnit: "ms",
        min: 100,
        max: 3_600_000,
        help: "How long one statement may take",
      }),
    },
    redis: {
      url: field.url({
        protocols: ["redis", "rediss", "https", "http"],
        help: "Redis; read and not used yet, one replica works fully without",
      }),
      pool_size: field.integer({
        default: 10,
        min: 1,
        max: 1000,
        help: "Connections to Redis; not used yet",
      }),
      connection_timeout: field.duration({
        default: 3000,
        integerUnit: "ms",
        min: 100,
        max: 600_000,
        help: "How long connecting to Redis may take; not used yet",
      }),
    },
    tracing: {
      batch_size: field.integer({
        default: 1000,
        min: 1,
        max: 100_000,
        help: "Records of direct connections stored in one transaction",
      }),
      batch_timeout_ms: field.duration({
        default: 0,
        integerUnit: "ms",
        min: 0,
        max: 60_000,
        help: "How long the first record of such a batch waits for more while the store is free",
      }),
      max_event_size: field.bytes({
        default: 1024 * 1024,
        min: 1024,
        max: 32 * 1024 * 1024,
        help: "Largest frame that is taken, packed or unpacked; a larger one is answered with an Error",
      }),
      compression: field.boolean({
        default: true,
        help: "Compress HTTP answers for clients that accept it; WebSocket answers are always plain text",
      }),
      failure_status: field.choice({
        values: ["failed", "completed"],
        default: "failed",
        help: "Status of an ended trace in which an actor failed, for direct connections",
      }),
    },
    logging: loggingFields,
    metrics: {
      enabled: field.boolean({ default: true, help: "Serve /metrics on its own address" }),
      bind_address: field.address({ default: "127.0.0.1:9090", help: "Where /metrics is" }),
    },
  },
});

/** Central's checked configuration. */
export type CentralConfig = ConfigOf<typeof centralSpec>;
