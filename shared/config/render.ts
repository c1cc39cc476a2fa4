import type { Origins } from "./load.ts";
import {
  configFileVariable,
  type ConfigOf,
  type ConfigSpec,
  type KeyInfo,
  keysOf,
  SECRET_FILE_SUFFIX,
} from "./spec.ts";
import { SECRET_PLACEHOLDER } from "./text_fields.ts";

/**
 * The effective configuration as TOML, each value with a comment that says where it came from. Secrets are "…" and
 * credentials in URLs are masked, so the text can be shown to anybody.
 */
export function renderConfig<Spec extends ConfigSpec>(
  spec: Spec,
  config: ConfigOf<Spec>,
  origins: Origins,
): string {
  const values: Readonly<Record<string, Readonly<Record<string, unknown>>>> = config;
  return eachSection(spec, (info) => {
    const value = values[info.section]?.[info.key];
    if (value === undefined) return `# ${info.key} is not set`;
    const text = info.field.secret ? `"${SECRET_PLACEHOLDER}"` : info.field.render(value);
    return `${info.key} = ${text}  # ${origins.get(info.path) ?? "default"}`;
  });
}

/** Every key with its kind, default, help, flag and environment variables. */
export function helpText(spec: ConfigSpec): string {
  const lines = [
    `Configuration of ${spec.name}. Sources, weakest first: defaults, the TOML file given by --config FILE`,
    `or ${configFileVariable(spec)}, the environment, flags. Durations are written "500ms", "30s", "24h",`,
    `sizes "16MiB". An empty environment variable counts as unset.`,
    "",
  ];
  return `${lines.join("\n")}\n` + eachSection(spec, (info) => {
    const variables = info.envNames.map((name) =>
      info.field.secret ? `${name}[${SECRET_FILE_SUFFIX}]` : name
    );
    return [
      `  ${info.key} (${info.field.name}, ${presence(info)})`,
      `      ${info.field.help}`,
      `      Expected: ${info.field.expected}`,
      `      --${info.path} · ${variables.join(" · ")}`,
    ].join("\n");
  });
}

function presence({ field }: KeyInfo): string {
  if (field.required) return "required";
  if (field.default === undefined) return "optional";
  return field.secret ? "default not shown" : `default ${field.render(field.default)}`;
}

function eachSection(spec: ConfigSpec, line: (info: KeyInfo) => string): string {
  const bySection = Object.groupBy(keysOf(spec), (info) => info.section);
  return Object.entries(bySection)
    .map(([section, infos = []]) => `[${section}]\n${infos.map(line).join("\n")}\n`)
    .join("\n");
}
