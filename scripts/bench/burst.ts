import { encodeUpgradeRequest, newWebSocketKey, parseWsUrl, upgradeProblem } from "../replay/mod.ts";
import type { PreparedFrames } from "./frames.ts";

/** `EventRecorded{success:true}` as a server sends it: two bytes of header and 47 of text. */
const ACK_BYTES = 49;

/** What one burst took. */
export interface BurstResult {
  readonly seconds: number;
  /** CPU time that the server spent meanwhile, user and system. */
  readonly serverCpuSeconds: number;
  readonly count: number;
}

/**
 * Sends all frames as fast as the server takes them and waits for as many acknowledgements.
 *
 * @param target where the server listens and its process, whose CPU time is read from /proc.
 */
export async function burst(
  target: { readonly address: string; readonly pid: number },
  frames: PreparedFrames,
): Promise<BurstResult> {
  const ws = parseWsUrl(`ws://${target.address}/bench`);
  using conn = await Deno.connect({ hostname: ws.hostname, port: ws.port });
  const key = newWebSocketKey();
  await writeAll(conn, encodeUpgradeRequest(ws, key));
  const head = new Uint8Array(4096);
  const length = await conn.read(head) ?? 0;
  const problem = upgradeProblem(new TextDecoder().decode(head.subarray(0, length)), key);
  if (problem !== undefined) throw new Error(`Cannot connect to "${target.address}": ${problem}`);

  const cpuBefore = await cpuSeconds(target.pid);
  const startedAtMs = performance.now();
  const acked = countBytes(conn, frames.count * ACK_BYTES);
  for (const chunk of frames.chunks) await writeAll(conn, chunk);
  await acked;
  const seconds = (performance.now() - startedAtMs) / 1000;
  return { seconds, serverCpuSeconds: await cpuSeconds(target.pid) - cpuBefore, count: frames.count };
}

async function countBytes(conn: Deno.TcpConn, expected: number): Promise<void> {
  const buffer = new Uint8Array(256 * 1024);
  for (let received = 0; received < expected;) {
    const length = await conn.read(buffer);
    if (length === null) {
      throw new Error(`Cannot count acknowledgements: closed after ${received} of ${expected} bytes`);
    }
    received += length;
  }
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) at += await conn.write(bytes.subarray(at));
}

/** Linux counts in ticks of 10 ms since long ago (USER_HZ is 100 on every architecture that Deno runs on). */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
