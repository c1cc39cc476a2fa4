import { loggingFields } from "@reflow/shared/cli";
import { type ConfigOf, defineConfig, field } from "@reflow/shared/config";
import { DEFAULT_SPOOL_OPTIONS, type SpoolOptions } from "./spool/mod.ts";

/** Everything that the collector can be told. */
export const collectorSpec = defineConfig({
  name: "reflow-collector",
  envPrefix: "REFLOW_COLLECTOR",
  envAliases: {
    REFLOW_COLLECTOR_BIND_ADDRESS: "server.bind_address",
    REFLOW_COLLECTOR_MAX_EVENT_SIZE: "server.max_event_size",
    REFLOW_COLLECTOR_LOG_LEVEL: "logging.level",
  },
  sections: {
    server: {
      bind_address: field.address({
        default: "127.0.0.1:8080",
        help:
          "Where Reflow programs connect (WebSocket, any path) and where /health, /ready and /metrics are",
      }),
      max_event_size: field.bytes({
        default: 1024 * 1024,
        min: 1024,
        max: 32 * 1024 * 1024,
        help: "Largest frame that is taken, packed or unpacked; a larger one is answered with an Error",
      }),
      ping_interval: field.duration({
        default: 30_000,
        min: 1000,
        max: 3_600_000,
        help:
          "A connection without frames for this long is pinged; without a pong in as long again it is gone",
      }),
    },
    session: {
      failure_status: field.choice({
        values: ["failed", "completed"],
        default: "failed",
        help: "Status of an ended trace in which an actor failed",
      }),
    },
    labels: {
      flow: field.string({ help: "Name of the flow, where the URL gives none" }),
      service: field.string({ help: "Service, where the URL gives none" }),
      environment: field.string({ help: "Environment, where the URL gives none" }),
      host: field.string({ help: "Host to name in traces; the system's host name when unset" }),
      extra: field.table({ default: {}, maxItems: 16, help: "Further labels of every trace" }),
    },
    spool: {
      directory: field.path({ default: "./reflow-spool", help: "Folder of the durable queue" }),
      max_bytes: field.bytes({
        default: 10 * 1024 ** 3,
        min: 64 * 1024 * 1024,
        help: "Disk space of the queue; when it is used up, events are answered with success:false",
      }),
      segment_bytes: field.bytes({
        default: 16 * 1024 * 1024,
        min: 64 * 1024,
        max: 1024 ** 3,
        help:
          "Size at which a segment file is closed and the next one begins; at most an eighth of max_bytes",
      }),
      max_pending_bytes: field.bytes({
        default: 64 * 1024 * 1024,
        min: 1024 * 1024,
        max: 1024 ** 3,
        help: "Events in memory that wait for the disk; beyond it they are answered with success:false",
      }),
    },
    forward: {
      url: field.url({
        protocols: ["http", "https"],
        isBase: true,
        default: "http://127.0.0.1:8090",
        help: "Address of reflow-central",
      }),
      token: field.secret({ help: "Bearer token for central" }),
      timeout: field.duration({
        default: 30_000,
        min: 100,
        max: 600_000,
        help: "How long one request to central may take; a question of a monitor waits 10s at most",
      }),
      batch_bytes: field.bytes({
        default: 1024 * 1024,
        min: 4096,
        max: 15 * 1024 * 1024,
        help: "Compressed bytes of one request, unless a single block is larger",
      }),
      retry_max: field.duration({
        default: 30_000,
        min: 100,
        max: 3_600_000,
        help: "Longest wait between two attempts",
      }),
    },
    logging: loggingFields,
  },
});

/** The collector's checked configuration. */
export type CollectorConfig = ConfigOf<typeof collectorSpec>;

/** What of the configuration the spool is opened with. */
export function spoolOptionsOf({ spool }: Pick<CollectorConfig, "spool">): SpoolOptions {
  return {
    ...DEFAULT_SPOOL_OPTIONS,
    folder: spool.directory,
    maxBytes: spool.max_bytes,
    // Disk space is given back by whole segments, and never that of the one being written: a segment as large as the
    // limit would leave a full spool full for good. An eighth and one block of the largest frame (32 MiB) always fit.
    segmentBytes: Math.min(spool.segment_bytes, Math.floor(spool.max_bytes / 8)),
    maxPendingBytes: spool.max_pending_bytes,
  };
}
