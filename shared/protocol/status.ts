/** Status of a trace. On the wire `{"Failed":{"error":"…"}}` or a bare name. */
export type ExecutionStatus =
  | { readonly name: "Pending" | "Running" | "Completed" | "Cancelled" }
  | { readonly name: "Failed"; readonly error: string };

/** The names, in the order of the protocol. */
export const STATUS_NAMES = ["Pending", "Running", "Completed", "Failed", "Cancelled"] as const;
/** One of the five. */
export type StatusName = typeof STATUS_NAMES[number];

/** Reads the wire form; `undefined` when it is none of the five. `Failed` needs its error text. */
export function parseStatus(value: unknown): ExecutionStatus | undefined {
  if (value === "Pending" || value === "Running" || value === "Completed" || value === "Cancelled") {
    return { name: value };
  }
  if (typeof value !== "object" || value === null || !("Failed" in value)) return undefined;
  if (Object.keys(value).length !== 1) return undefined;
  const failed = value.Failed;
  if (typeof failed !== "object" || failed === null || !("error" in failed)) return undefined;
  return typeof failed.error === "string" ? { name: "Failed", error: failed.error } : undefined;
}

/** The wire form as JSON text, safe for a strict peer. */
export function encodeStatus(status: ExecutionStatus): string {
  return status.name === "Failed"
    ? `{"Failed":{"error":${JSON.stringify(status.error.toWellFormed())}}}`
    : `"${status.name}"`;
}
