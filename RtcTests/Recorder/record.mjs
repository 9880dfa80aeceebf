// Writes down everything that a worker answers and tells in a list of scenarios, so that two workers can be compared
// with diff.
//
//   node RtcTests/Recorder/record.mjs [--worker PATH] [--out FOLDER] [--reasons] [FILE or FILE/SCENARIO ...]
//
// One text a file of scenarios/ goes into the folder, or all of it to the standard output.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Session } from './session.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');

/** Names of all files of scenarios. */
export function scenarioFiles() {
  return readdirSync(join(here, 'scenarios'))
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => basename(file, '.mjs'))
    .sort();
}

/** Names and functions of the scenarios of a file, in order. */
export async function scenariosOf(file) {
  const module = await import(pathToFileURL(join(here, 'scenarios', `${file}.mjs`)));
  return Object.entries(module.default);
}

const patienceMs = 30_000;

/** A worker that neither answers nor ends must not hold the rest. */
async function withinPatience(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), patienceMs);
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Runs one scenario against a worker of its own; returns the record. */
export async function recordScenario(workerBin, name, scenario, options) {
  const session = await Session.open(workerBin, { ...options, settings: scenario.settings });
  try {
    await withinPatience(scenario(session));
    await withinPatience(session.barrier());
  } catch (error) {
    session.note('!! the scenario ended:', error.message);
  } finally {
    const ending = await session.close();
    if (ending !== 0) session.note('!! the worker ended with', ending);
  }
  return `== ${name} ==\n${session.text}`;
}

/** Runs the scenarios of a file; returns the record. */
export async function recordFile(workerBin, file, options, only) {
  const records = [];
  for (const [name, scenario] of await scenariosOf(file)) {
    if (only === undefined || only === name) records.push(await recordScenario(workerBin, name, scenario, options));
  }
  return records.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { worker: { type: 'string' }, out: { type: 'string' }, reasons: { type: 'boolean' } },
  });
  const workerBin = values.worker ?? join(root, 'dist', 'mediasoup-worker');
  if (values.out !== undefined) mkdirSync(values.out, { recursive: true });
  for (const choice of positionals.length > 0 ? positionals : scenarioFiles()) {
    const [file, only] = choice.split('/');
    const text = await recordFile(workerBin, file, { withReasons: values.reasons }, only);
    if (values.out === undefined) process.stdout.write(text);
    else writeFileSync(join(values.out, `${file}.txt`), text);
  }
}
