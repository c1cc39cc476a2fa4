import { statfs } from "node:fs/promises";
import { messageOf } from "@reflow/shared/errors";
import { deadline } from "@reflow/shared/lifecycle";
import { type Logger, VERSION } from "@reflow/shared/telemetry";
import { type Clock, systemClock } from "@reflow/shared/time";

/** What one check found. */
export type CheckState = "ok" | "not_configured" | "failed" | "timed_out" | "full";

/** The body of `/health`. */
export interface HealthReport {
  /** `degraded`: everything is served, something beside the data path is away. */
  readonly status: "healthy" | "degraded" | "unhealthy";
  /** RFC 3339. */
  readonly timestamp: string;
  readonly checks: {
    readonly database: CheckState;
    readonly redis: CheckState;
    readonly disk_space: CheckState;
  };
  readonly version: string;
  /** Addresses that are listened on, by what for. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** How the parts of the service are asked. A check rejects when its part does not work. */
export interface HealthOptions {
  /** One cheap question to the database. */
  readonly database: (signal: AbortSignal) => Promise<unknown>;
  /** Absent where no Redis is configured. */
  readonly redis?: (signal: AbortSignal) => Promise<unknown>;
  /** Folder whose disk must have room: the embedded store's, or the working directory. */
  readonly folder: string;
  readonly log: Logger;
  readonly addresses: () => Readonly<Record<string, string>>;
  /** Whether the program is past starting and not yet stopping. */
  readonly isServing: () => boolean;
  readonly clock?: Clock;
  /** Longest that one check may take. */
  readonly timeoutMs?: number;
  /** Less free space than this is too little. */
  readonly minFreeBytes?: number;
  /** How long a report is given out again; whoever asks more often must not load the database. */
  readonly reuseMs?: number;
}

/** Answers `/health` and `/ready`. */
export interface Health {
  report(): Promise<HealthReport>;
  /** Whether traffic should come here: serving, and the database answers. */
  isReady(): Promise<boolean>;
}

/** Makes the health of a service; see {@linkcode HealthOptions}. Nothing is asked before somebody asks. */
export function createHealth(options: HealthOptions): Health {
  const { clock = systemClock, reuseMs = 1000, log } = options;
  let latest: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;
  function report(): Promise<HealthReport> {
    const now = clock.monotonicMs();
    if (latest === undefined || now - latest.at >= reuseMs) {
      latest = { at: now, report: makeReport(options, clock, log) };
    }
    return latest.report;
  }
  return {
    report,
    async isReady() {
      return options.isServing() && (await report()).checks.database === "ok";
    },
  };
}

async function makeReport(options: HealthOptions, clock: Clock, log: Logger): Promise<HealthReport> {
  const limits = { timeoutMs: options.timeoutMs ?? 2000, clock, log };
  const { redis: askRedis } = options;
  const [database, redis, disk_space] = await Promise.all([
    check("database", options.database, limits),
    askRedis === undefined ? "not_configured" as const : check("redis", askRedis, limits),
    checkDisk(options, limits),
  ]);
  const isUnhealthy = database !== "ok" || disk_space !== "ok";
  const isDegraded = redis !== "ok" && redis !== "not_configured";
  return {
    status: isUnhealthy ? "unhealthy" : isDegraded ? "degraded" : "healthy",
    timestamp: new Date(clock.now()).toISOString(),
    checks: { database, redis, disk_space },
    version: VERSION,
    addresses: options.addresses(),
  };
}

interface Limits {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

async function check(
  name: string,
  ask: (signal: AbortSignal) => Promise<unknown>,
  { timeoutMs, clock, log }: Limits,
): Promise<CheckState> {
  using limit = deadline(timeoutMs, undefined, { clock });
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  limit.signal.addEventListener("abort", () => resolve("late"), { once: true });
  // A check that ignores its signal is left behind, so its failure is caught here rather than by nobody.
  const asked = (async () => await ask(limit.signal))().then(
    () => "ok" as const,
    (error: unknown) => ({ error }),
  );
  const outcome = await Promise.race([asked, late]);
  if (outcome === "ok") return "ok";
  const isLate = outcome === "late";
  log.warn("A health check failed", {
    check: name,
    reason: isLate ? `no answer in ${timeoutMs} ms` : messageOf(outcome.error),
  });
  return isLate ? "timed_out" : "failed";
}

async function checkDisk(options: HealthOptions, limits: Limits): Promise<CheckState> {
  let freeBytes = 0;
  const state = await check("disk_space", async () => {
    const { bavail, bsize } = await statfs(options.folder);
    freeBytes = bavail * bsize;
  }, limits);
  if (state !== "ok") return state;
  return freeBytes < (options.minFreeBytes ?? MIN_FREE_BYTES) ? "full" : "ok";
}

/** PostgreSQL writes its log in files of 16 MiB; with less than a few of them the embedded store stops. */
const MIN_FREE_BYTES = 64 * 1024 * 1024;
