import { readLimited } from "@reflow/shared/bytes";
import type { Ask } from "@reflow/shared/connection";
import { messageOf } from "@reflow/shared/errors";
import { deadline } from "@reflow/shared/lifecycle";
import { errorAnswer, type WireErrorCode } from "@reflow/shared/protocol";
import { everyMs, type Logger } from "@reflow/shared/telemetry";
import type { Clock } from "@reflow/shared/time";

/** What the relay works with. */
export interface RelayDeps {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Where central is. */
export interface RelayOptions {
  /** Base address, without `/v1`. */
  readonly url: string;
  readonly token: string | undefined;
  readonly timeoutMs: number;
}

/** Largest answer that a Reflow program can read. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Questions of all connections that may wait for central at once; each may hold an answer of the size above. */
const MAX_OPEN_QUESTIONS = 64;
/** Monitors ask in loops; one line says as much about a central that is away as a thousand do. */
const COMPLAIN_EVERY_MS = 10_000;

/** Makes the function that asks central. */
export function createRelay(deps: RelayDeps, options: RelayOptions): Ask {
  const address = `${options.url.replace(/\/+$/, "")}/v1/query`;
  const headers = new Headers({ "content-type": "application/json" });
  if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
  const seldom = everyMs(deps.clock, COMPLAIN_EVERY_MS);
  let open = 0;

  return async function askCentral(_request, text, signal): Promise<string> {
    if (open >= MAX_OPEN_QUESTIONS) {
      return failure(`${MAX_OPEN_QUESTIONS} questions wait for central; ask again later`, "StorageError");
    }
    open++;
    using limit = deadline(options.timeoutMs, signal, { clock: deps.clock });
    try {
      const response = await deps.fetch(address, {
        method: "POST",
        headers,
        body: text,
        signal: limit.signal,
        redirect: "error",
      });
      if (!response.ok) {
        await response.body?.cancel();
        seldom((unsaid) => deps.log.warn("Central refused a question", { status: response.status, unsaid }));
        const code = response.status === 401 || response.status === 403 ? "Unauthorized" : "StorageError";
        return failure(`central answered ${response.status}`, code);
      }
      const answer = await readLimited(response.body, MAX_ANSWER_BYTES);
      if (answer === undefined) {
        return failure(`its answer is over ${MAX_ANSWER_BYTES} bytes`, "InvalidRequest");
      }
      return new TextDecoder().decode(answer);
    } catch (error) {
      if (signal.aborted) return failure("the connection is closed", "StorageError");
      const reason = limit.expired ? `no answer within ${options.timeoutMs} ms` : messageOf(error);
      seldom((unsaid) => deps.log.warn("Cannot ask central", { reason, unsaid }));
      return failure(`central at "${options.url}" cannot be reached: ${reason}`, "StorageError");
    } finally {
      open--;
    }
  };
}

function failure(state: string, code: WireErrorCode): string {
  return errorAnswer(`Cannot answer: ${state}`, code);
}
