import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { refuse } from "./_fields.ts";
import type { Refusal } from "./request.ts";

/** The text of a frame, whatever it came packed in. */
export type FrameText = { readonly kind: "text"; readonly text: string } | Refusal;

/**
 * Gives the JSON text of a frame. A Binary frame may be zstd, gzip, brotli or plain JSON, told apart by its
 * first bytes (brotli has none of its own and is what remains).
 *
 * @param maxBytes limit on the frame and on what it unpacks to.
 */
export function readFrame(data: string | ArrayBuffer, maxBytes: number): FrameText {
  if (typeof data !== "string") return readBinary(new Uint8Array(data), maxBytes);
  // UTF-8 has at most three bytes per UTF-16 unit, so that only a text near the limit needs to be measured.
  if (data.length * 3 > maxBytes) {
    const bytes = data.length > maxBytes ? data.length : new TextEncoder().encode(data).byteLength;
    if (bytes > maxBytes) return tooLarge(`at least ${bytes}`, maxBytes);
  }
  return { kind: "text", text: data };
}

function readBinary(bytes: Uint8Array, maxBytes: number): FrameText {
  if (bytes.byteLength > maxBytes) return tooLarge(String(bytes.byteLength), maxBytes);
  const packing = packingOf(bytes);
  let unpacked: Uint8Array;
  try {
    unpacked = unpack(bytes, packing, maxBytes);
  } catch (error) {
    if (error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      return tooLarge(`more than ${maxBytes}`, maxBytes, ` when unpacked from ${packing}`);
    }
    const reason = error instanceof Error ? error.message : String(error);
    return refuse("SerializationError", `Cannot unpack binary frame as ${packing}: ${reason}`);
  }
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(unpacked) };
  } catch {
    return refuse("SerializationError", `Cannot read binary frame (${packing}): it is not UTF-8`);
  }
}

type Packing = "plain" | "zstd" | "gzip" | "brotli";

function packingOf(bytes: Uint8Array): Packing {
  const [a, b, c, d] = bytes;
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return "zstd";
  if (a === 0x1f && b === 0x8b) return "gzip";
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return first === 0x7b || first === 0x22 ? "plain" : "brotli";
}

function unpack(bytes: Uint8Array, packing: Packing, maxOutputLength: number): Uint8Array {
  switch (packing) {
    case "plain":
      return bytes;
    case "zstd":
      return zstdDecompressSync(bytes, { maxOutputLength });
    case "gzip":
      return gunzipSync(bytes, { maxOutputLength });
    case "brotli":
      return brotliDecompressSync(bytes, { maxOutputLength });
  }
}

function tooLarge(found: string, maxBytes: number, when = ""): Refusal {
  return refuse(
    "InvalidRequest",
    `Cannot take frame: it has ${found} bytes${when}, max_event_size is ${maxBytes}; the connection stays open`,
  );
}
