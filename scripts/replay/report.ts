import { answerKind } from "./answer_kind.ts";
import type { ReplayError } from "./replay_error.ts";

/** Which connection of a replay: its number in the recording, and which copy of it (1 for the first). */
export interface ConnectionId {
  readonly conn: number;
  readonly copy: number;
}

/** What happened on one connection. */
export interface ConnectionReport extends ConnectionId {
  /** Path and query as recorded. */
  readonly target: string;
  /** The frames that the system took, in order; empty when texts are not kept. */
  readonly sent: readonly string[];
  /** The answers in the order in which they came; empty when texts are not kept. */
  readonly answers: readonly string[];
  readonly sentCount: number;
  readonly answerCount: number;
  readonly ackedCount: number;
  /** Set when the connection was not made, or ended before the recording did. */
  readonly problem: ReplayError | undefined;
}

/** What a replay did. */
export interface ReplayReport {
  /** In the order of the recording, copies beside each other. */
  readonly connections: readonly ConnectionReport[];
  readonly sentCount: number;
  readonly answerCount: number;
  readonly ackedCount: number;
  /** How often each kind of answer came, by {@linkcode answerKind}. */
  readonly answersByKind: ReadonlyMap<string, number>;
  readonly failedCount: number;
  readonly elapsedMs: number;
  /** Whether the signal ended it before the recording did. */
  readonly stopped: boolean;
}

// Ten times what the protocol has; a server that invents names fills no memory.
const MAX_KINDS = 100;

/** Collects what happens on one connection; `report()` is a snapshot of it. */
export class ConnectionTally {
  readonly #id: ConnectionId;
  readonly #target: string;
  readonly #keepTexts: boolean;
  readonly #sent: string[] = [];
  readonly #answers: string[] = [];
  readonly kinds = new Map<string, number>();
  sentCount = 0;
  answerCount = 0;
  ackedCount = 0;
  problem: ReplayError | undefined;
  #allAnswered: (() => void) | undefined;

  constructor(id: ConnectionId, target: string, keepTexts: boolean) {
    this.#id = id;
    this.#target = target;
    this.#keepTexts = keepTexts;
  }

  /** Counts a frame that was sent. */
  addSent(text: string): void {
    this.sentCount++;
    if (this.#keepTexts) this.#sent.push(text);
  }

  /** Counts an answer. */
  addAnswer(text: string): void {
    this.answerCount++;
    if (this.#keepTexts) this.#answers.push(text);
    const { name, acked } = answerKind(text);
    const known = this.kinds.has(name) || this.kinds.size < MAX_KINDS ? name : "?";
    this.kinds.set(known, (this.kinds.get(known) ?? 0) + 1);
    if (acked) this.ackedCount++;
    if (this.answerCount >= this.sentCount) this.#allAnswered?.();
  }

  /** Returns when there are as many answers as frames sent, or when `signal` aborts. */
  async untilAnswered(signal: AbortSignal): Promise<void> {
    if (this.answerCount >= this.sentCount || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#allAnswered = resolve;
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  }

  /** The state of this connection. */
  report(): ConnectionReport {
    const { sentCount, answerCount, ackedCount, problem } = this;
    return {
      ...this.#id,
      target: this.#target,
      sent: this.#sent,
      answers: this.#answers,
      sentCount,
      answerCount,
      ackedCount,
      problem,
    };
  }
}

/** Adds up the tallies of all connections. */
export function summarize(
  tallies: readonly ConnectionTally[],
  run: { readonly elapsedMs: number; readonly stopped: boolean },
): ReplayReport {
  const connections = tallies.map((tally) => tally.report());
  const sum = (count: (one: ConnectionReport) => number) =>
    connections.reduce((total, one) => total + count(one), 0);
  const answersByKind = new Map<string, number>();
  for (const { kinds } of tallies) {
    for (const [name, count] of kinds) answersByKind.set(name, (answersByKind.get(name) ?? 0) + count);
  }
  return {
    connections,
    sentCount: sum((one) => one.sentCount),
    answerCount: sum((one) => one.answerCount),
    ackedCount: sum((one) => one.ackedCount),
    answersByKind,
    failedCount: sum((one) => one.problem === undefined ? 0 : 1),
    ...run,
  };
}

/** The report as lines for a person. */
export function formatReport(report: ReplayReport): string[] {
  const { connections, sentCount, answerCount, ackedCount, failedCount, elapsedMs, stopped } = report;
  const lines = [
    `${connections.length} connections, ${sentCount} frames sent in ${(elapsedMs / 1000).toFixed(1)} s` +
    (stopped ? ", stopped before the end" : ""),
    `${answerCount} answers, ${ackedCount} frames acknowledged, ${failedCount} connections failed`,
  ];
  for (const [name, count] of [...report.answersByKind].toSorted(([a], [b]) => a < b ? -1 : 1)) {
    lines.push(`  ${name}: ${count}`);
  }
  for (const { conn, copy, problem } of connections) {
    if (problem !== undefined) lines.push(`  connection ${conn}, copy ${copy}: ${problem.message}`);
  }
  return lines;
}
