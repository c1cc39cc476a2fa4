import { StoreError } from "./store_error.ts";

/**
 * Takes a folder for this process alone, by `flock` on the file `reflow.lock` in it. The system lets go of the lock
 * when the process ends, however it ends, so that a left-over file means nothing.
 *
 * @throws StoreError `ERR_STORE_LOCKED` with the id of the process that has it.
 */
export async function lockFolder(folder: string): Promise<Disposable> {
  const path = `${folder}/reflow.lock`;
  const file = await Deno.open(path, { read: true, write: true, create: true });
  try {
    if (!await file.tryLock(true)) {
      const holder = (await Deno.readTextFile(path)).trim();
      throw new StoreError(
        `Cannot open store "${folder}": process ${
          /^\d{1,10}$/.test(holder) ? holder : "unknown"
        } has it open`,
        { code: "ERR_STORE_LOCKED", hint: "stop the other process, or give this one a folder of its own" },
      );
    }
    await file.truncate(0);
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    file.close();
    throw error;
  }
  // Closing lets go of the lock. The file stays: removing it could take it from under the next holder.
  return { [Symbol.dispose]: () => file.close() };
}
