import { newUuid } from "../ids/mod.ts";
import type { EndReason } from "../record/mod.ts";
import { type LabelDefaults, labelsFromUrl, Session } from "../session/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import { Connection, type ConnectionDeps, type ConnectionOptions } from "./connection.ts";
import type { ServerSocket } from "./ports.ts";

/** What the set of connections needs beside what each connection does. */
export interface ConnectionsOptions extends ConnectionOptions {
  readonly labels: LabelDefaults;
}

/** All open connections of a process: numbers them, names them, and ends them together. */
export class Connections {
  readonly #deps: ConnectionDeps & { readonly log: Logger };
  readonly #options: ConnectionsOptions;
  readonly #open = new Map<ServerSocket, Connection>();
  #lastSession = 0;

  constructor(deps: ConnectionDeps & { readonly log: Logger }, options: ConnectionsOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * Takes a socket that was just upgraded.
   *
   * @param url path and query as requested; its token goes nowhere.
   */
  accept(socket: ServerSocket, url: string): void {
    const { counts, log } = this.#deps;
    const { labels } = labelsFromUrl(url, this.#options.labels);
    const session = ++this.#lastSession;
    const connection = new Connection(
      socket,
      new Session({
        session,
        labels,
        executionId: newUuid(),
        newTraceId: newUuid,
        failurePolicy: this.#options.failurePolicy,
      }),
      this.#deps,
      this.#options,
    );
    counts.connectionsTotal++;
    counts.connectionsActive++;
    this.#open.set(socket, connection);
    log.debug("Connection opened", { session, flow: labels.flow, service: labels.service });

    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => connection.receive(event.data);
    // A vanished connection is the ordinary end of a program, so an error here is not news; close follows it.
    socket.onerror = (event) => {
      const reason = event instanceof ErrorEvent ? event.message : "unknown";
      log.debug("Connection broke", { session, reason });
    };
    socket.onclose = (event) => {
      counts.connectionsActive--;
      this.#open.delete(socket);
      connection.end("disconnected");
      log.debug("Connection closed", { session, code: event.code });
    };
  }

  /** Ends every session, so that what follows can be flushed. Frames that still arrive are not taken. */
  endAll(reason: EndReason): void {
    for (const connection of this.#open.values()) connection.end(reason);
  }

  /** Closes every socket with 1001 (going away). */
  closeAll(): void {
    for (const socket of this.#open.keys()) socket.close(1001, "the server is stopping");
  }
}
