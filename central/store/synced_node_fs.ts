import { closeSync, fsyncSync, openSync } from "node:fs";
import type { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

type Start = NodeFS["init"];

/**
 * PGlite's folder on disk, with `fsync`. PGlite's own version runs PostgreSQL with `fsync = off`, and its
 * file system has no such call: a commit would survive a kill, but not a power cut. The runtime underneath asks a
 * file system's `fsync` when there is one, so one is put there.
 */
export class SyncedNodeFs extends NodeFS {
  override async init(pg: PGlite, options: Parameters<Start>[1]): ReturnType<Start> {
    const started = await super.init(pg, options);
    const { preRun } = started.emscriptenOpts;
    const steps = Array.isArray(preRun) ? preRun : preRun === undefined ? [] : [preRun];
    return { ...started, emscriptenOpts: { ...started.emscriptenOpts, preRun: [...steps, addSync] } };
  }
}

function addSync(runtime: object): void {
  const nodeFs: unknown = Reflect.get(runtime, "NODEFS");
  if (!isObject(nodeFs)) throw missing("NODEFS");
  const operations: unknown = Reflect.get(nodeFs, "stream_ops");
  const realPath: unknown = Reflect.get(nodeFs, "realPath");
  if (!isObject(operations) || typeof realPath !== "function") throw missing("stream_ops");
  Reflect.set(operations, "fsync", (stream: object) => {
    const fd: unknown = Reflect.get(stream, "nfd");
    if (typeof fd === "number") fsyncSync(fd);
    else syncFolder(String(realPath(Reflect.get(stream, "node"))));
    return 0;
  });
}

function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function missing(name: string): Error {
  return new Error(`PGlite's runtime has no ${name}: this version of it cannot be made durable`);
}
