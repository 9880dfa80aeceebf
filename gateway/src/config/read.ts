import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { readAs, Settings, Variables } from './schema.ts';

/** A setting that cannot be used. The message names the variable, or the key and its file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Record<string, string | undefined>;

/**
 * Reads the settings: defaults, over them the YAML file that GATEWAY_CONFIG names, over it the other variables.
 * @throws ConfigError naming every variable and key that cannot be used
 */
export function readSettings(env: Environment): Settings {
  const path = env['GATEWAY_CONFIG'] || undefined;
  const raw = path === undefined ? {} : readFile(path);
  const overridden = override(raw, env);
  const read = Settings.safeParse(raw);
  const nameOf = (key: string): string => {
    const variable = [...overridden].find(([known]) => key === known || key.startsWith(`${known}.`))?.[1];
    return variable ?? (path === undefined ? key : `${key} in ${path}`);
  };
  if (!read.success) throw new ConfigError(read.error.issues.map((issue) => describe(issue, nameOf)).join('; '));
  checkPortRange(read.data, nameOf);
  return read.data;
}

function readFile(path: string): Record<string, unknown> {
  try {
    const parsed: unknown = parseYaml(readFileSync(path, 'utf8'));
    if (parsed === null || parsed === undefined) return {};
    if (typeof parsed !== 'object' || Array.isArray(parsed)) throw new Error('it must be a map of keys');
    return parsed as Record<string, unknown>;
  } catch (error) {
    throw new ConfigError(`GATEWAY_CONFIG: ${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Puts the variables that are set over the file's keys; an empty one counts as not set. */
function override(raw: Record<string, unknown>, env: Environment): Map<string, string> {
  const overridden = new Map<string, string>();
  for (const [name, { key, as }] of Object.entries(Variables)) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    const parts = key.split('.');
    const last = parts.pop()!;
    let place = raw;
    for (const part of parts) {
      const next = place[part];
      place[part] = typeof next === 'object' && next !== null && !Array.isArray(next) ? next : {};
      place = place[part] as Record<string, unknown>;
    }
    place[last] = readAs[as](value);
    overridden.set(key, name);
  }
  return overridden;
}

interface Issue {
  code?: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

function describe(issue: Issue, nameOf: (key: string) => string): string {
  const key = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const unknown = (issue.keys ?? []).map((name) => (key === '' ? name : `${key}.${name}`));
    return unknown.map((name) => `${nameOf(name)}: there is no such key`).join('; ');
  }
  return `${nameOf(key)}: ${issue.message}`;
}

function checkPortRange({ rtc }: Settings, nameOf: (key: string) => string): void {
  const { minPort, maxPort } = rtc;
  if (minPort === undefined && maxPort === undefined) return;
  if (minPort === undefined || maxPort === undefined || minPort > maxPort) {
    throw new ConfigError(`${nameOf('rtc.minPort')} and ${nameOf('rtc.maxPort')}: give both, the smaller first`);
  }
}
