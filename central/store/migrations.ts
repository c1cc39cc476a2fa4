import tracesAndEvents from "./migrations/0001_traces_and_events.sql" with { type: "text" };
import partitions from "./migrations/0002_partitions.sql" with { type: "text" };

/** One step of the schema. Its text never changes once it was released; a correction is a further step. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** Every step, in order, without gaps. */
export const MIGRATIONS = [
  { version: 1, name: "traces_and_events", sql: tracesAndEvents },
  { version: 2, name: "partitions", sql: partitions },
] as const satisfies readonly Migration[];
