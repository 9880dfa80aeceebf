// Runs every test there is and ends with one line "N passed, N failed". Starts on any Node from 18 on.
//
//   node RtcTests/run.mjs                       all
//   node RtcTests/run.mjs SUITE ...         only those, of the names below
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildWorker, ensurePackages, executable, fail, root } from '../Worker/build.mjs';

const suites = {
  dotnet,
  budget,
  load,
  hostile,
  contract,
  'data-channels': dataChannels,
  video,
  gateway,
  mediasoup,
  'ready-to-run': readyToRun,
};
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in suites));
if (unknown.length > 0) fail(`unknown suite ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);

ensurePackages();
const node = join(root, 'node_modules', '.bin', 'node');
const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
  MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN ?? executable,
};
buildWorker({ ifStale: true });

/** How each runner's output names what failed: xUnit, Node, the suites of other releases, the two kinds of budget. */
const namesOfFailed = [
  /^\s*Failed (.+) \[[^\]]*\]$/,
  /^\s*✖ (.+) \([\d.]+ms\)$/,
  /^FAILED (.+)$/,
  /^(.+ OVER\b.*)$/,
  /^(budget.* [1-9]\d* over.*)$/,
];
const linesOfReason = 12;

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
for (const name of chosen.length > 0 ? chosen : Object.keys(suites)) {
  console.log(`\n== ${name} ==`);
  const started = Date.now();
  const counts = suites[name]();
  for (const key of Object.keys(total)) total[key] += counts[key];
  failures.push(...counts.failures.map((test) => `${name}: ${test}`));
  console.log(`== ${name}: ${counts.passed} passed, ${counts.failed} failed in ${Math.round((Date.now() - started) / 1000)} s`);
}

if (failures.length > 0) console.log(`\nFailed:\n\n${failures.join('\n\n')}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Runs a command, shows its output, and returns the output and whether it succeeded. */
function capture(command, args, environment = env) {
  const result = spawnSync(command, args, { cwd: root, env: environment, encoding: 'utf8', maxBuffer: 1 << 28 });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  process.stdout.write(output);
  return { output, succeeded: !result.error && result.status === 0 };
}

/**
 * What a runner's output calls failed, each once, with the lines that follow its last mention: Node's runner gives its
 * reasons there. They end the whole output, so that somebody who has only its end sees what failed and why.
 */
function readFailures(output) {
  const lines = output.split('\n');
  const found = new Map();
  lines.forEach((line, index) => {
    const name = namesOfFailed.map((pattern) => pattern.exec(line)?.[1].trim()).find(Boolean);
    if (name) found.set(name, lines.slice(index + 1, index + 1 + linesOfReason));
  });
  return [...found].map(([name, reason]) => [name, ...reason].join('\n    '));
}

/** Takes counts out of a runner's output; a runner that fails without naming a failed test counts as one. */
function counted({ output, succeeded }, patterns) {
  const read = (pattern) => [...output.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
  const counts = { passed: read(patterns.passed), failed: read(patterns.failed), skipped: read(patterns.skipped) };
  if (!succeeded && counts.failed === 0) counts.failed = 1;
  counts.failures = counts.failed > 0 ? readFailures(output) : [];
  if (succeeded && counts.passed + counts.skipped === 0) {
    counts.failed = 1;
    counts.failures.push('no test ran');
  }
  return counts;
}

function dotnet() {
  const run = capture('dotnet', ['test', 'RtcTests', '--nologo', '-v', 'quiet']);
  return counted(run, { passed: /Passed:\s+(\d+)/g, failed: /Failed:\s+(\d+)/g, skipped: /Skipped:\s+(\d+)/g });
}

function budget() {
  const run = capture('dotnet', ['run', '--project', 'Benchmarks/Micro', '-c', 'Release', '--', '--budget']);
  return counted(run, { passed: /^(\d+) within budget/gm, failed: /^(\d+) over budget/gm, skipped: /^(\d+) skipped/gm });
}

/**
 * A short load: fails when even the best of eight runs costs 1.6 floors a packet; docs/benchmarks.md has 0.5 to 0.7 on
 * a quiet machine and 1.0 on one whose host is busy. CPU time on both sides of the ratio, and it ends with the first
 * run that is cheap enough, so a busy machine makes it slower, not wrong.
 */
function load() {
  const run = capture('dotnet', [
    'run', '--project', 'Benchmarks/Load', '-c', 'Release', '--', '--worker', env.MEDIASOUP_WORKER_BIN,
    '--repeat', '8', '--seconds', '2', '--warmup', '3', '--rate', '1000', '--max-floors', '1.6',
  ]);
  return counted(run, { passed: /^budget\s+(\d+) within/gm, failed: /^budget.* (\d+) over/gm, skipped: /^(\d+) skipped/gm });
}

/** Takes counts out of the closing lines of Node's test runner. */
function countedByNode(run) {
  return counted(run, { passed: /^. pass (\d+)$/gm, failed: /^. fail (\d+)$/gm, skipped: /^. skipped (\d+)$/gm });
}

function hostile() {
  return countedByNode(capture(node, ['--test', '--test-reporter=spec', 'RtcTests/Hostile/garbage.mjs']));
}

/** Runs test files of Node that drive Chromium, one after the other: what they measure is time. */
function inChromium(...paths) {
  if (!existsSync('/usr/bin/chromium')) console.log('chromium is missing: apt-get install chromium');
  const options = ['--test-force-exit', '--test-timeout=240000', '--test-concurrency=1', '--test-reporter=spec'];
  return countedByNode(capture(node, ['--test', ...options, ...paths]));
}

function dataChannels() {
  return inChromium('RtcTests/DataChannels/data-channels.mjs');
}

function video() {
  return inChromium(
    'RtcTests/stolen-time.test.mjs', 'RtcTests/Video/layers.test.mjs', 'RtcTests/Video/shaped.test.mjs');
}

function contract() {
  const files = ['recorder', 'ordering', 'contract'].map((name) => `Recorder/${name}.test.mjs`);
  const paths = [...files, 'Churn/churn.test.mjs'].map((file) => join('RtcTests', file));
  return countedByNode(capture(node, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...paths]));
}

function gateway() {
  if (!existsSync('/usr/bin/chromium')) {
    console.log('chromium is missing: apt-get install chromium (the end-to-end tests drive it)');
  }
  return countedByNode(capture('npm', ['run', '--silent', 'test', '--workspace', 'gateway']));
}

function countedByMediasoup(run) {
  return counted(run, {
    passed: /own tests: (\d+) passed/g,
    failed: /own tests: \d+ passed, (\d+) failed/g,
    skipped: /own tests: .* (\d+) owed/g,
  });
}

function mediasoup() {
  return countedByMediasoup(capture(node, ['RtcTests/Mediasoup/run.mjs']));
}

/** The executable that is built where there is no linker, by the suite of the newest release. */
function readyToRun() {
  const output = join('Worker', 'obj', 'ready-to-run');
  buildWorker({ readyToRun: true, output });
  const worker = { ...env, MEDIASOUP_WORKER_BIN: join(root, output, 'mediasoup-worker') };
  return countedByMediasoup(capture(node, ['RtcTests/Mediasoup/run.mjs', '-p', 'mediasoup'], worker));
}
