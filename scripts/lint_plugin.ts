/**
 * Our own lint rules, run by `deno lint`.
 *
 * `reflow/import-direction` keeps the arrows of the architecture pointing one way:
 *
 * | Rule | Says | Test and bench files |
 * |---|---|---|
 * | member | a member imports only the members listed in `MEMBERS` | also those in `TEST_MEMBERS` |
 * | name | another member is imported by package name, never by path | too |
 * | entry | another folder is entered through its `mod.ts`; a member's root files belong to its commands | may do otherwise |
 * | flow | inside collector and central, folders import only those listed in `FLOWS` | may do otherwise |
 * | star | nothing is re-exported by `export *` | too |
 */

/** Which members of the workspace a member may import; its own name is always allowed. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  collector: ["shared"],
  central: ["shared"],
  scripts: ["shared"],
  tests: ["shared", "collector", "central", "scripts"],
  deploy: ["shared"],
};

/** Which folders of its member a folder may import; `*` is all of them. A folder that is not listed may import none. */
const FLOWS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // receive → spool ← ship
  collector: {
    receive: ["spool"],
    spool: [],
    ship: ["spool"],
    relay: [],
    status: ["*"],
    commands: ["*"],
  },
  // ingest → store ← query, and receive → ingest
  central: {
    receive: ["ingest"],
    ingest: ["store"],
    store: [],
    query: ["store"],
    status: ["*"],
    commands: ["*"],
  },
};

/** What the test and bench files of a member may import on top: real servers, and clients that behave badly. */
const TEST_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  collector: ["tests", "scripts"],
  central: ["tests", "scripts"],
  scripts: ["tests"],
};

const ROOT_PATH = new URL("../", import.meta.url).pathname;
const TEST_FILE = /_(?:test|bench)\.ts$/;

/** A file of the workspace: `folder` is empty for a file at its member's root. */
interface Place {
  readonly member: string;
  readonly folder: string;
  readonly path: string;
}

function placeOf(absolutePath: string): Place | undefined {
  if (!absolutePath.startsWith(ROOT_PATH)) return undefined;
  const [member = "", ...rest] = absolutePath.slice(ROOT_PATH.length).split("/");
  if (!Object.hasOwn(MEMBERS, member)) return undefined;
  return { member, folder: rest.length > 1 ? rest[0] ?? "" : "", path: rest.join("/") };
}

/** What is wrong with importing `specifier` in the file `filename`, if anything. */
function importProblem(filename: string, specifier: string): string | undefined {
  const from = placeOf(filename);
  if (from === undefined) return undefined;
  const named = /^@reflow\/([^/]+)/.exec(specifier)?.[1];
  const isTest = TEST_FILE.test(filename);
  if (named !== undefined) return memberProblem(from.member, { to: named, isTest });
  if (!specifier.startsWith(".")) return undefined;
  const to = placeOf(new URL(specifier, `file://${filename}`).pathname);
  if (to === undefined) return undefined;
  if (to.member !== from.member) {
    return memberProblem(from.member, { to: to.member, isTest }) ??
      `Another member is imported by its name: "@reflow/${to.member}/…" instead of "${specifier}"`;
  }
  if (isTest || to.folder === from.folder || !to.path.endsWith(".ts")) return undefined;
  return entryProblem(from, to) ?? flowProblem(from, to);
}

function memberProblem(from: string, { to, isTest }: { to: string; isTest: boolean }): string | undefined {
  if (from === to || MEMBERS[from]?.includes(to) || (isTest && TEST_MEMBERS[from]?.includes(to))) {
    return undefined;
  }
  return `"${from}" must not import "${to}"`;
}

function entryProblem(from: Place, to: Place): string | undefined {
  const hasFlow = Object.hasOwn(FLOWS, from.member);
  if (to.folder === "") {
    if (!hasFlow || from.folder === "commands") return undefined;
    return `Only "commands" imports a file at the root of "${from.member}"`;
  }
  // A script and the folder of its parts are one thing.
  if (!hasFlow && from.folder === "") return undefined;
  return to.path === `${to.folder}/mod.ts` || (from.folder === "" && to.folder === "commands")
    ? undefined
    : `Another folder is entered through its mod.ts: "${to.folder}/mod.ts" instead of "${to.path}"`;
}

function flowProblem(from: Place, to: Place): string | undefined {
  const flow = FLOWS[from.member];
  if (flow === undefined || from.folder === "" || to.folder === "") return undefined;
  const allowed = flow[from.folder];
  if (allowed?.includes("*") || allowed?.includes(to.folder)) return undefined;
  return allowed === undefined
    ? `Folder "${from.folder}" of "${from.member}" is not listed in scripts/lint_plugin.ts`
    : `"${from.folder}" must not import "${to.folder}" in "${from.member}"`;
}

const plugin: Deno.lint.Plugin = {
  name: "reflow",
  rules: {
    "import-direction": {
      create(context) {
        const check = (source: Deno.lint.Node | null) => {
          if (source?.type !== "Literal" || typeof source.value !== "string") return;
          const message = importProblem(context.filename, source.value);
          if (message !== undefined) context.report({ node: source, message });
        };
        return {
          ImportDeclaration: (node) => check(node.source),
          ExportNamedDeclaration: (node) => check(node.source),
          ImportExpression: (node) => check(node.source),
          TSImportType: (node) =>
            check(node.argument.type === "TSLiteralType" ? node.argument.literal : null),
          ExportAllDeclaration(node) {
            check(node.source);
            context.report({ node, message: "Names are re-exported one by one, not by export *" });
          },
        };
      },
    },
  },
};

// The host demands a default export of a plugin.
export default plugin;
