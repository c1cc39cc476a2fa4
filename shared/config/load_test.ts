import assert from "node:assert/strict";
import { field } from "./fields.ts";
import { configOrThrow, loadConfig } from "./load.ts";
import { ConfigError, describeProblem } from "./problem.ts";
import { type ConfigOf, defineConfig } from "./spec.ts";

const spec = defineConfig({
  name: "reflow-test",
  envPrefix: "TEST",
  envAliases: { TEST_BIND_ADDRESS: "server.bind_address", JWT_SECRET: "auth.jwt_secret" },
  sections: {
    server: {
      bind_address: field.address({ help: "Where to listen", default: "127.0.0.1:8080" }),
      max_connections: field.integer({ help: "Connections at once", default: 1_000, min: 1, max: 100_000 }),
      keep_alive_timeout: field.duration({ help: "Idle time", default: "30s", integerUnit: "s" }),
    },
    database: {
      url: field.url({
        help: "Where to store",
        protocols: ["postgresql", "pglite"],
        default: "pglite://./data",
      }),
      connection_timeout: field.duration({ help: "Time to connect", default: "5s" }),
    },
    auth: { jwt_secret: field.secret({ help: "Signs tokens", minLength: 8 }) },
    labels: { extra: field.table({ help: "Labels", default: {} }) },
  },
});

type Sources = Parameters<typeof loadConfig<typeof spec>>[1];

function load(
  sources: Partial<Omit<Sources, "readFile">> & { readonly files?: Readonly<Record<string, string>> },
) {
  const { files = {}, ...rest } = sources;
  const readFile = (path: string) => {
    const text = files[path];
    return text === undefined ? Promise.reject(new Error(`no such file "${path}"`)) : Promise.resolve(text);
  };
  return loadConfig(spec, { env: {}, ...rest, readFile });
}

async function configFrom(sources: Parameters<typeof load>[0]): Promise<ConfigOf<typeof spec>> {
  return configOrThrow(spec, await load(sources));
}

async function problemsFrom(sources: Parameters<typeof load>[0]): Promise<readonly string[]> {
  const result = await load(sources);
  assert.equal(result.ok, false);
  return result.ok ? [] : result.problems.map(describeProblem);
}

Deno.test("loadConfig() gives typed defaults when no source says anything", async () => {
  const config = await configFrom({});
  const port: number = config.server.bind_address.port;
  const secret: string | undefined = config.auth.jwt_secret;
  assert.equal(port, 8080);
  assert.equal(secret, undefined);
  assert.equal(config.server.keep_alive_timeout, 30_000);
});

Deno.test("loadConfig() lets flags win over environment over file over defaults", async () => {
  const files = { "a.toml": "[server]\nmax_connections = 1\nkeep_alive_timeout = 10\nbind_address = ':1'" };
  const result = await load({
    file: "a.toml",
    files,
    env: { TEST_SERVER_MAX_CONNECTIONS: "2", TEST_SERVER_KEEP_ALIVE_TIMEOUT: "20", TEST_BIND_ADDRESS: "" },
    flags: { "server.max_connections": "3" },
  });
  assert.ok(result.ok);
  assert.equal(result.config.server.max_connections, 3);
  assert.equal(result.config.server.keep_alive_timeout, 20_000);
  assert.equal(result.config.server.bind_address.port, 1);
  assert.equal(result.origins.get("server.max_connections"), "flag --server.max_connections");
  assert.equal(
    result.origins.get("server.keep_alive_timeout"),
    "environment variable TEST_SERVER_KEEP_ALIVE_TIMEOUT",
  );
  assert.equal(result.origins.get("server.bind_address"), "a.toml:4");
  assert.equal(result.origins.get("database.url"), "default");
});

Deno.test("loadConfig() prefers the variable of a key to its alias", async () => {
  const env = { TEST_BIND_ADDRESS: ":1", TEST_SERVER_BIND_ADDRESS: ":2" };
  assert.equal((await configFrom({ env })).server.bind_address.port, 2);
  assert.equal((await configFrom({ env: { TEST_BIND_ADDRESS: ":1" } })).server.bind_address.port, 1);
});

Deno.test("loadConfig() takes the file from the environment when no flag names one", async () => {
  const config = await configFrom({
    env: { TEST_CONFIG: "a.toml" },
    files: { "a.toml": "server.max_connections=7" },
  });
  assert.equal(config.server.max_connections, 7);
});

Deno.test("loadConfig() reports every problem of every source at once", async () => {
  const text = [
    "[server]",
    "max_conections = 5",
    "max_connections = 0",
    "[databse]",
    'url = "x"',
    "[labels]",
    "extra = { a = 1 }",
    "bind_address = ':1'",
  ].join("\n");
  const problems = await problemsFrom({
    file: "p.toml",
    files: { "p.toml": text },
    env: { TEST_DATABASE_CONNECTION_TIMEOUT: "soon" },
    flags: { "server.bind_addres": ":1", "server.keep_alive_timeout": "" },
  });
  assert.deepEqual(problems, [
    'server.max_conections (p.toml:2): an unknown name, expected a known one; did you mean "server.max_connections"?',
    'databse (p.toml:4): an unknown name, expected a known one; did you mean "database"?',
    'labels.bind_address (p.toml:8): an unknown name, expected a known one; did you mean "server.bind_address"?',
    "server.bind_addres (flag --server.bind_addres): an unknown name, expected a known one; " +
    'did you mean "server.bind_address"?',
    "server.max_connections (p.toml:3): 0, expected an integer from 1 to 100000",
    'server.keep_alive_timeout (flag --server.keep_alive_timeout): "", expected a duration such as "500ms", "30s" ' +
    'or "24h", or an integer in s',
    'database.connection_timeout (environment variable TEST_DATABASE_CONNECTION_TIMEOUT): "soon", expected a ' +
    'duration such as "500ms", "30s" or "24h", or an integer in ms',
    "labels.extra (p.toml:7): a table, expected a table of up to 100 texts of up to 1024 characters, " +
    "in text name=text,name=text",
  ]);
});

Deno.test("loadConfig() checks a value that a stronger source overrides", async () => {
  const problems = await problemsFrom({
    env: { TEST_SERVER_MAX_CONNECTIONS: "many" },
    flags: { "server.max_connections": "5" },
  });
  assert.equal(problems.length, 1);
});

Deno.test("loadConfig() names file, line and column when TOML does not parse", async () => {
  const [problem] = await problemsFrom({
    file: "a.toml",
    files: { "a.toml": "[server]\nmax_connections = = 1\n" },
  });
  assert.match(problem ?? "", /^a\.toml:2:\d+: not valid TOML/);
});

Deno.test("loadConfig() reports a file that cannot be read", async () => {
  const [problem] = await problemsFrom({ file: "none.toml" });
  assert.match(problem ?? "", /^none\.toml \(flag --config\): an unreadable file/);
});

Deno.test("loadConfig() reads a secret from the file that a variable names", async () => {
  const env = { JWT_SECRET_FILE: "/run/secrets/jwt" };
  const result = await load({ env, files: { "/run/secrets/jwt": "correct horse\n" } });
  assert.ok(result.ok);
  assert.equal(result.config.auth.jwt_secret, "correct horse");
  assert.equal(result.origins.get("auth.jwt_secret"), "file /run/secrets/jwt named by JWT_SECRET_FILE");
});

Deno.test("loadConfig() refuses a secret that is given directly and by file", async () => {
  const [problem] = await problemsFrom({ env: { JWT_SECRET: "correct horse", JWT_SECRET_FILE: "x" } });
  assert.match(problem ?? "", /two values, expected one of the two variables/);
});

Deno.test("loadConfig() shows no secret and no credentials when they are wrong", async () => {
  const problems = await problemsFrom({
    file: "a.toml",
    files: { "a.toml": '[database]\nurl = "postgres//admin:hunter2@host"' },
    env: { JWT_SECRET: "hunter2" },
  });
  assert.equal(problems.length, 2);
  assert.doesNotMatch(problems.join("\n"), /hunter2|admin/);
});

Deno.test("loadConfig() shows no secret when the syntax of its file is broken", async () => {
  for (
    const text of ['[auth]\njwt_secret = "hunter2', "[auth]\njwt_secret = hunter2", "hunter2", "[hunter2"]
  ) {
    const problems = await problemsFrom({ file: "a.toml", files: { "a.toml": text } });
    assert.doesNotMatch(problems.join("\n"), /hunter2/);
  }
});

Deno.test("loadConfig() warns of unknown variables with its prefix, but not of Kubernetes service links", async () => {
  const result = await load({
    env: {
      TEST_SERVER_BIND_ADRESS: ":1",
      TESTING: "1",
      TEST_SERVER_SERVICE_HOST: "10.0.0.1",
      TEST_SERVER_PORT_8080_TCP_ADDR: "10.0.0.1",
    },
  });
  assert.ok(result.ok);
  assert.deepEqual(result.warnings.map((warning) => [warning.key, warning.suggestion]), [
    ["TEST_SERVER_BIND_ADRESS", "TEST_SERVER_BIND_ADDRESS"],
  ]);
});

Deno.test("loadConfig() bounds its report when a file is all mistakes", async () => {
  const text = Array.from({ length: 5_000 }, (_, index) => `wrong_${index} = 1`).join("\n");
  const problems = await problemsFrom({ file: "a.toml", files: { "a.toml": text } });
  assert.equal(problems.length, 101);
  assert.match(problems.at(-1) ?? "", /4900 more problems/);
});

Deno.test("loadConfig() reports a required key when nobody sets it", async () => {
  const strict = defineConfig({
    name: "reflow-test",
    envPrefix: "TEST",
    sections: { forward: { url: field.url({ help: "Central", protocols: ["https"], required: true }) } },
  });
  const result = await loadConfig(strict, { env: {} });
  assert.deepEqual(result.ok ? [] : result.problems.map(describeProblem), [
    "forward.url: not set, expected a URL that starts with https://",
  ]);
});

Deno.test("configOrThrow() throws one error that lists every problem on its own line", async () => {
  const result = await load({ flags: { "a.b": "1", "server.max_connections": "x" } });
  assert.throws(() => configOrThrow(spec, result), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, "ERR_CONFIG_INVALID");
    assert.equal(error.problems.length, 2);
    assert.equal(error.message.split("\n").length, 3);
    return true;
  });
});
