import { deadline, TaskGroup } from "@reflow/shared/lifecycle";
import { type Clock, systemClock } from "@reflow/shared/time";
import { parseWsUrl } from "./handshake.ts";
import { connectRaw, type RawClient } from "./raw_client.ts";
import type { RecordedConnection, Recording } from "./recording.ts";
import { ReplayError } from "./replay_error.ts";
import { type ConnectionId, ConnectionTally, type ReplayReport, summarize } from "./report.ts";

/** What to play, where, and how fast. */
export interface ReplayOptions {
  readonly recording: Recording;
  /** `ws://host:port`; a path in it goes before the recorded paths, a query before the recorded queries. */
  readonly url: string;
  /** 1 keeps the recorded gaps, 2 halves them, `max` leaves them out; 1 by default. */
  readonly speed?: number | "max";
  /** How often each recorded connection is made, all copies at the same time; 1 by default. */
  readonly copies?: number;
  /** How long a connection may wait for missing answers before it vanishes; 0, as in the real client, by default. */
  readonly awaitAnswersMs?: number;
  /** Whether the report holds every text sent and answered; true by default. Without it memory stays flat. */
  readonly keepTexts?: boolean;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Hears of each frame that the system took. */
  readonly onSent?: (id: ConnectionId, text: string) => void;
  /** Hears of each answer. */
  readonly onAnswer?: (id: ConnectionId, text: string) => void;
}

interface Run extends ReplayOptions {
  readonly clock: Clock;
  readonly startMs: number;
  readonly signal: AbortSignal;
}

// Each one is a socket; above this a usual limit on open files is a likelier find than the server's limits.
const MAX_CONNECTIONS = 10_000;

/**
 * Plays a recording as the real clients did: a connection each, frames at their times whatever the server answers, and
 * at the end the TCP connection vanishes without a Close frame. A connection that fails is not made again, and the
 * others go on. Stopping by the signal is a return, too.
 *
 * @throws ReplayError `ERR_REPLAY_OPTIONS`; what goes wrong on a connection is in the report.
 */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  checkOptions(options);
  const { clock = systemClock, copies = 1, keepTexts = true } = options;
  const startMs = clock.monotonicMs();
  const tallies: ConnectionTally[] = [];
  await using group = new TaskGroup({ ...(options.signal && { signal: options.signal }) });
  for (const connection of options.recording.connections) {
    for (let copy = 1; copy <= copies; copy++) {
      const id: ConnectionId = { conn: connection.conn, copy };
      const tally = new ConnectionTally(id, connection.target, keepTexts);
      tallies.push(tally);
      group.run(`connection ${id.conn}.${id.copy}`, (signal) => {
        return play({ ...options, clock, startMs, signal }, { connection, id, tally });
      });
    }
  }
  await group.done();
  return summarize(tallies, {
    elapsedMs: clock.monotonicMs() - startMs,
    stopped: options.signal?.aborted ?? false,
  });
}

/** Puts a recorded path and query behind a base url, both verbatim. */
export function targetUrl(baseUrl: string, target: string): string {
  const base = baseUrl.replace(/#.*$/s, "");
  const [front = "", baseQuery] = splitOnce(base, "?");
  const [path = "", query] = splitOnce(target, "?");
  const queries = [baseQuery, query].filter((part) => part !== undefined && part !== "");
  return front.replace(/\/$/, "") + path + (queries.length > 0 ? `?${queries.join("&")}` : "");
}

async function play(
  run: Run,
  { connection, id, tally }: { connection: RecordedConnection; id: ConnectionId; tally: ConnectionTally },
): Promise<void> {
  const { signal } = run;
  try {
    await sleepUntil(run, connection.openAtMs, signal);
    if (signal.aborted) return;
    await using client = await connectRaw(targetUrl(run.url, connection.target), {
      signal,
      onAnswer(text) {
        tally.addAnswer(text);
        run.onAnswer?.(id, text);
      },
    });
    // A lost connection has nothing to wait for.
    using over = abortWhenEnded(client);
    for (const { atMs, text } of connection.frames) {
      await sleepUntil(run, atMs, over.signal);
      await client.send(text);
      tally.addSent(text);
      run.onSent?.(id, text);
    }
    await sleepUntil(run, connection.closeAtMs, over.signal);
    await missingAnswers(run, { tally, ended: over.signal });
    // Tells whether the server was there to the end: a dropped connection always ends well.
    if (over.signal.aborted) await client.next();
    await client.drop();
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ReplayError)) throw error;
    tally.problem = error;
  }
}

/** Waits until every frame has an answer, for as long as the options say. */
async function missingAnswers(
  { awaitAnswersMs = 0, clock }: Run,
  { tally, ended }: { tally: ConnectionTally; ended: AbortSignal },
): Promise<void> {
  if (awaitAnswersMs === 0) return;
  using limit = deadline(awaitAnswersMs, ended, { clock });
  await tally.untilAnswered(limit.signal);
}

async function sleepUntil(
  { speed = 1, clock, startMs }: Run,
  atMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (speed === "max") return;
  const waitMs = startMs + atMs / speed - clock.monotonicMs();
  if (waitMs > 0) await clock.sleep(waitMs, signal);
}

function abortWhenEnded(client: RawClient): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  void client.ended.then(() => controller.abort());
  return { signal: controller.signal, [Symbol.dispose]: () => controller.abort() };
}

function checkOptions({ url, speed = 1, copies = 1, recording }: ReplayOptions): void {
  const bad = (state: string) => new ReplayError(`Cannot replay: ${state}`, { code: "ERR_REPLAY_OPTIONS" });
  parseWsUrl(url);
  if (speed !== "max" && !(speed > 0 && Number.isFinite(speed))) throw bad(`speed ${speed} is not above 0`);
  if (!Number.isSafeInteger(copies) || copies < 1) {
    throw bad(`${copies} connections each is no whole number above 0`);
  }
  const count = recording.connections.length * copies;
  if (count > MAX_CONNECTIONS) throw bad(`${count} connections are above the limit of ${MAX_CONNECTIONS}`);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
