/** Makes files and folders below `path` durable, and `path` itself; only the latter unless `recursive`. */
export async function syncTree(path: string, options: { readonly recursive?: boolean } = {}): Promise<void> {
  if (options.recursive ?? true) {
    for await (const entry of Deno.readDir(path)) {
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory) await syncTree(child);
      else if (entry.isFile) await sync(child);
    }
  }
  await sync(path);
}

async function sync(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true });
  await file.sync();
}
