import assert from "node:assert/strict";
import { readFileFromDisk } from "./read_file.ts";

async function withFile(content: Uint8Array, use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, content);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("readFileFromDisk() reads a whole file when it is small enough", async () => {
  const text = "ä = 1\n".repeat(20_000);
  await withFile(new TextEncoder().encode(text), async (path) => {
    assert.equal(await readFileFromDisk(path), text);
  });
});

Deno.test("readFileFromDisk() rejects when the file is larger than 1 MiB", async () => {
  await withFile(new Uint8Array(1_048_577), async (path) => {
    await assert.rejects(readFileFromDisk(path), /larger than 1048576 bytes/);
  });
});

Deno.test("readFileFromDisk() rejects when the file is not UTF-8", async () => {
  await withFile(Uint8Array.of(0x61, 0xff), async (path) => {
    await assert.rejects(readFileFromDisk(path), TypeError);
  });
});
