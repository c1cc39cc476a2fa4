import type { EndReason } from "../record/mod.ts";

/** Whether one failed packet makes a trace `Failed`. */
export type FailurePolicy = "any_failure" | "never";

/** How a trace ended, as far as anybody can tell. */
export interface InferredStatus {
  readonly status: "Completed" | "Failed" | "Cancelled";
  readonly error: string | null;
}

/**
 * The client never says how a trace ended. A failure seen makes it `Failed`; a connection that the program ended
 * makes it `Completed`; one that we ended leaves the rest unknown: `Cancelled`.
 */
export function inferStatus(
  reason: EndReason,
  failure: string | undefined,
  policy: FailurePolicy,
): InferredStatus {
  if (failure !== undefined && policy === "any_failure") return { status: "Failed", error: failure };
  switch (reason) {
    case "disconnected":
    case "superseded":
      return { status: "Completed", error: null };
    case "stopped":
    case "lost":
      return { status: "Cancelled", error: null };
  }
}
