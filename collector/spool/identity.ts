import { newUuid, parseUuid, type Uuid } from "@reflow/shared/ids";
import type { Logger } from "@reflow/shared/telemetry";
import type { SpoolFs } from "./fs.ts";

/** Reads the collector's id, or makes one; it is on disk on return. Throws whatever the system threw. */
export async function collectorIdOf(
  { fs, log }: { readonly fs: SpoolFs; readonly log: Logger },
  folder: string,
): Promise<Uuid> {
  const path = `${folder}/collector.id`;
  const text = await fs.readText(path, 100);
  const known = parseUuid(text?.trim());
  if (known !== undefined) return known;
  const id = newUuid();
  // Streams have ids of their own, so that a new collector id mixes nothing up; it only looks like another machine.
  if (text !== undefined) log.error("The collector's id is unreadable and was made anew", { file: path, id });
  await fs.replace(path, `${id}\n`, { durable: true });
  return id;
}
