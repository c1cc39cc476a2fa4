-- Traces, their events, and the streams that they came in on.
--
-- Two forms of each name: what the client sent stands losslessly in a JSON text (start_body, stored_trace, event);
-- columns to search by are cleaned (NUL and lone surrogates become U+FFFD) and cut to 512 characters, because
-- PostgreSQL text cannot hold the former and an index entry cannot be large. Error texts are cleaned in the same way
-- and cut to 65,536 characters. A time before 4713 BC, which PostgreSQL cannot hold, becomes that year.

-- One row per run of a collector (or of central, for programs that connect to it directly).
CREATE TABLE tracing.streams (
  collector_id      uuid        NOT NULL,
  stream_id         uuid        NOT NULL,
  -- 'central': written by a central process itself, which keeps last_seen_at fresh while it lives.
  kind              text        NOT NULL DEFAULT 'collector' CHECK (kind IN ('collector', 'central')),
  -- Next sequence that central expects; everything below is stored, a dead letter, or declared as dropped.
  watermark         bigint      NOT NULL DEFAULT 0,
  records_stored    bigint      NOT NULL DEFAULT 0,
  records_dead      bigint      NOT NULL DEFAULT 0,
  records_dropped   bigint      NOT NULL DEFAULT 0,
  -- {"reason": count}
  dropped_by_reason jsonb       NOT NULL DEFAULT '{}',
  events_stored     bigint      NOT NULL DEFAULT 0,
  first_seen_at     timestamptz NOT NULL DEFAULT now(),
  last_seen_at      timestamptz NOT NULL DEFAULT now(),
  -- Set once the stream's writer is known to be gone and its traces are ended.
  lost_at           timestamptz,
  PRIMARY KEY (stream_id, collector_id)
);
CREATE INDEX idx_streams_living_of_central ON tracing.streams (last_seen_at)
  WHERE kind = 'central' AND lost_at IS NULL;

CREATE TABLE tracing.traces (
  trace_id        uuid        PRIMARY KEY,
  -- 'session': made from a connection's frames; 'stored': sent whole as StoreTrace.
  origin          text        NOT NULL CHECK (origin IN ('session', 'stored')),
  collector_id    uuid        NOT NULL,
  stream_id       uuid        NOT NULL,
  session         bigint      NOT NULL,
  execution_id    uuid,
  -- Name given by URL or configuration; flow_id is the client's own text.
  flow_name       text,
  flow_id         text        NOT NULL DEFAULT '',
  service         text,
  environment     text,
  host            text,
  labels          jsonb       NOT NULL DEFAULT '{}',
  start_time      timestamptz NOT NULL,
  start_nanos     smallint    NOT NULL DEFAULT 0,
  end_time        timestamptz,
  end_nanos       smallint    NOT NULL DEFAULT 0,
  status          text        NOT NULL CHECK (status IN ('Pending', 'Running', 'Completed', 'Failed', 'Cancelled')),
  error           text,
  end_reason      text,
  event_count     bigint      NOT NULL DEFAULT 0,
  failure_count   bigint      NOT NULL DEFAULT 0,
  -- Error of the first event that is a failure: what a trace fails with whose writer was lost.
  first_error     text,
  -- Body of the StartTrace frame, as sent; NULL while provisional.
  start_body      text,
  -- Body of the StoreTrace's trace without its events, as sent.
  stored_trace    text,
  received_at     timestamptz NOT NULL
);
CREATE INDEX idx_traces_start_time ON tracing.traces (start_time DESC, start_nanos DESC, trace_id DESC);
CREATE INDEX idx_traces_flow_id ON tracing.traces (flow_id, start_time DESC);
CREATE INDEX idx_traces_flow_name ON tracing.traces (flow_name, start_time DESC);
CREATE INDEX idx_traces_service ON tracing.traces (service, start_time DESC);
CREATE INDEX idx_traces_status ON tracing.traces (status, start_time DESC);
CREATE INDEX idx_traces_open_by_stream ON tracing.traces (stream_id) WHERE end_time IS NULL;

-- Which actors a trace has seen, so that a search by actor does not read its events.
CREATE TABLE tracing.trace_actors (
  trace_id uuid NOT NULL,
  actor_id text NOT NULL,
  PRIMARY KEY (trace_id, actor_id)
);
CREATE INDEX idx_trace_actors_actor_id ON tracing.trace_actors (actor_id);

CREATE TABLE tracing.events (
  trace_id        uuid        NOT NULL,
  -- Sender's time; microseconds here, the digits below them in nanos (0–999).
  timestamp       timestamptz NOT NULL,
  nanos           smallint    NOT NULL,
  -- Place in the stream, and within a StoreTrace its index.
  sequence        bigint      NOT NULL,
  position        integer     NOT NULL,
  stream_id       uuid        NOT NULL,
  event_id        uuid        NOT NULL,
  event_type      text        NOT NULL,
  actor_id        text        NOT NULL,
  to_actor        text,
  to_port         text,
  client_trace_id uuid,
  received_at     timestamptz NOT NULL,
  -- JSON text of the event exactly as sent.
  event           text        NOT NULL,
  -- The whole frame, only when it holds more than a trace id and the event.
  frame           text
) PARTITION BY RANGE (timestamp);
CREATE TABLE tracing.events_default PARTITION OF tracing.events DEFAULT;
CREATE INDEX idx_events_timestamp ON tracing.events (timestamp);
CREATE INDEX idx_events_trace ON tracing.events (trace_id, timestamp, nanos, sequence, position);

CREATE TABLE tracing.dead_letters (
  collector_id uuid        NOT NULL,
  stream_id    uuid        NOT NULL,
  sequence     bigint      NOT NULL,
  reason       text        NOT NULL,
  -- The record's line as received; bytea because it may not be text.
  record       bytea       NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream_id, collector_id, sequence)
);
