import type { SessionLabels } from "@reflow/shared/record";
import { columnText } from "../store/mod.ts";

/** More labels than a collector ever gives a connection. */
const MAX_LABELS = 64;

/** Whether a parsed JSON value is an object. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text, or `null` for anything else. */
export function optionalText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Names and labels out of a record's body, as columns can hold them. What is no text is left out. */
export function readLabels(body: Readonly<Record<string, unknown>>): SessionLabels {
  const labels = isFields(body["labels"]) ? Object.entries(body["labels"]) : [];
  const texts = labels.slice(0, MAX_LABELS).flatMap(([name, value]) =>
    typeof value === "string" ? [[columnText(name), columnText(value)]] : []
  );
  return {
    flow: optionalName(body["flow"]),
    service: optionalName(body["service"]),
    environment: optionalName(body["environment"]),
    host: optionalName(body["host"]),
    labels: Object.fromEntries(texts),
  };
}

function optionalName(value: unknown): string | null {
  return typeof value === "string" ? columnText(value) : null;
}
