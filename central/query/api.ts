import { type TSchema, Type } from "typebox";
import { STATUS_NAMES } from "@reflow/shared/protocol";
import { EVENT_FORMS } from "./events.ts";
import {
  choiceParameter,
  cursorParameter,
  limitParameter,
  type ParameterTable,
  textParameter,
  timeParameter,
  uuidParameter,
} from "./parameters.ts";
import {
  deadLetterSchema,
  eventSchema,
  flowSchema,
  listedTraceSchema,
  listSchema,
  streamSchema,
  traceSchema,
  versionSchema,
} from "./schemas.ts";

/** One route that reads: the only home of its path and its parameters. */
export interface ApiRoute {
  /** With `{id}` where the id stands. */
  readonly path: string;
  readonly summary: string;
  /** What `{id}` is; absent when the path has none. */
  readonly id?: string;
  readonly parameters: ParameterTable;
  readonly answer: TSchema;
}

const actor = textParameter("Whole id of an actor; `*` stands for any text.");
const paging = { limit: limitParameter, cursor: cursorParameter };

/** The JSON API. Parsing and the OpenAPI document are both made from this table. */
export const API = {
  traces: {
    path: "/api/v1/traces",
    summary: "Traces without their events, newest start first",
    parameters: {
      flow: textParameter("Name of the flow, or the client's flow_id."),
      service: textParameter("Name of the service."),
      environment: textParameter("Name of the environment."),
      status: choiceParameter(STATUS_NAMES, "Status of the trace."),
      actor,
      from: timeParameter("Earliest start_time, included."),
      to: timeParameter("End of the range of start_time, excluded."),
      ...paging,
    },
    answer: listSchema("traces", listedTraceSchema),
  },
  trace: {
    path: "/api/v1/traces/{id}",
    summary: "One complete FlowTrace with all its events as sent",
    id: "Id of the trace",
    parameters: {},
    answer: traceSchema,
  },
  events: {
    path: "/api/v1/traces/{id}/events",
    summary: "Events of a trace as sent: by time, those of a StoreTrace in its order",
    id: "Id of the trace",
    parameters: {
      type: textParameter("Name of the event's type, for example DataFlow."),
      actor,
      form: choiceParameter(
        EVENT_FORMS,
        "`event` (default) the event alone, `frame` the client's whole frame.",
      ),
      ...paging,
    },
    answer: listSchema("events", eventSchema),
  },
  flows: {
    path: "/api/v1/flows",
    summary: "Flows by name, or by flow_id where they have none; the one that ran last first",
    parameters: paging,
    answer: listSchema("flows", flowSchema),
  },
  versions: {
    path: "/api/v1/flows/{id}/versions",
    summary: "Distinct versions that a flow ran in, newest first",
    id: "Name or flow_id of the flow, percent-encoded",
    parameters: paging,
    answer: listSchema("versions", versionSchema),
  },
  streams: {
    path: "/api/v1/streams",
    summary: "Watermark and ledger of every stream, newest stream first",
    parameters: paging,
    answer: listSchema("streams", streamSchema),
  },
  deadLetters: {
    path: "/api/v1/dead-letters",
    summary: "Records that could not be stored, and why; newest first",
    parameters: { stream: uuidParameter("Id of the stream."), ...paging },
    answer: listSchema("dead_letters", deadLetterSchema),
  },
  openapi: {
    path: "/api/v1/openapi.json",
    summary: "This document",
    parameters: {},
    answer: Type.Unknown(),
  },
} as const satisfies Record<string, ApiRoute>;
