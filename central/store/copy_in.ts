import type { Buffer } from "node:buffer";
// @ts-types="@types/pg"
import type pg from "pg";

/** What a COPY needs of pg's connection; the library's own COPY package uses the same two calls. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * One `COPY … FROM STDIN` whose rows are all there already, in the form in which pg takes foreign queries: it calls
 * `submit`, then one method per message of the server, and `handleError` also when the connection breaks.
 */
export class CopyIn implements pg.Submittable {
  readonly #statement: string;
  readonly #rows: Buffer;
  readonly #outcome = Promise.withResolvers<void>();
  #error: unknown;

  /** @param rows COPY's text format in UTF-8. */
  constructor(statement: string, rows: Buffer) {
    this.#statement = statement;
    this.#rows = rows;
  }

  /** Settles when the server has taken or refused the rows and is ready again. */
  get done(): Promise<void> {
    return this.#outcome.promise;
  }

  /** Called by pg when it is this query's turn. */
  submit(connection: pg.Connection): void {
    connection.query(this.#statement);
  }

  /** Called by pg when the server waits for rows. */
  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#rows);
    connection.endCopyFrom();
  }

  /** Called by pg when the rows are taken; `handleReadyForQuery` follows. */
  handleCommandComplete(): void {}

  /** Called by pg with what the server or the connection says. */
  handleError(error: unknown): void {
    this.#error = error;
    // After an error of the server it becomes ready; after one of the connection nothing more comes.
    this.#outcome.reject(error);
  }

  /** Called by pg when the server is ready for the next query. */
  handleReadyForQuery(): void {
    if (this.#error === undefined) this.#outcome.resolve();
  }
}
