/**
 * The thread of `commit_thread.ts`: packs blocks, appends them to a segment and syncs it, one job after the other.
 * It is loaded by its URL, so `deno task compile` includes it by name.
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { zstdCompressSync } from "node:zlib";
import { messageOf } from "@reflow/shared/errors";
import { sealBlock, ZSTD_LEVEL_1 } from "@reflow/shared/record";
import { report, type ThreadMessage } from "./commit_protocol.ts";

let control: SharedArrayBuffer | undefined;
/** A descriptor of its own for the segment being written; the system reports a failed write-back to each one. */
let open: { readonly id: number; readonly file: Deno.FsFile } | undefined;

self.onmessage = ({ data }: MessageEvent<ThreadMessage>) => {
  switch (data.kind) {
    case "start":
      control = data.control;
      return report(control, 0, { kind: "durable", bytes: 0 });
    case "commit":
      if (control === undefined) return;
      report(control, data.job, commit(data));
      return self.postMessage(data.job);
    case "close":
      if (open?.id === data.fileId) close();
  }
};

function commit({ fileId, path, text, blocks }: Extract<ThreadMessage, { kind: "commit" }>) {
  try {
    if (open?.id !== fileId) {
      close();
      open = { id: fileId, file: Deno.openSync(path, { append: true }) };
    }
    let bytes = 0;
    let offset = 0;
    for (const header of blocks) {
      // A copy: zlib does not take shared memory.
      const raw = new Uint8Array(text, offset, header.rawBytes).slice();
      offset += header.rawBytes;
      const block = sealBlock(zstdCompressSync(raw, ZSTD_LEVEL_1), { ...header, codec: "zstd" });
      for (let done = 0; done < block.byteLength;) done += open.file.writeSync(block.subarray(done));
      bytes += block.byteLength;
    }
    open.file.syncDataSync();
    return { kind: "durable", bytes } as const;
  } catch (error) {
    return { kind: "failed", message: messageOf(error) } as const;
  }
}

function close(): void {
  open?.file.close();
  open = undefined;
}
