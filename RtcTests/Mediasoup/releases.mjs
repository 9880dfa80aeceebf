// Runs what holds the worker to other releases than the installed ones: their packages' schemas, messages of their
// Node library in both directions, and their own Node tests. Installs the packages into a temporary folder. Ends with
// one line "N passed, N failed".
//
//   node RtcTests/Mediasoup/releases.mjs             the last patch of every minor release and of every dialect
//   node RtcTests/Mediasoup/releases.mjs 3.19.0 ...  these
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildWorker, ensurePackages, executable, root, run } from '../../Worker/build.mjs';

ensurePackages();
buildWorker({ ifStale: true });
const releases = process.argv.length > 2 ? process.argv.slice(2) : lastOfEach();
const folder = mkdtempSync(join(tmpdir(), 'mediasoup-releases-'));
const total = { passed: 0, failed: 0 };
try {
  install();
  checkConformance();
  for (const release of releases) checkSuite(release);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Releases whose schemas are the same and whose minor is the same are tried by their last patch. */
function lastOfEach() {
  const last = new Map();
  const lines = readFileSync(join(root, 'RtcTests', 'Conformance', 'schemas.txt'), 'utf8').trim().split('\n');
  for (const [version, hash] of lines.map((line) => line.split(' '))) {
    last.set(`${version.split('.').slice(0, 2)} ${hash}`, version);
  }
  return [...last.values()];
}

function install() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const dependencies = {};
  for (const name of ['open-cli', 'pick-port', 'sctp', 'werift-sctp']) dependencies[name] = devDependencies[name];
  for (const release of releases) dependencies[`mediasoup-${release}`] = `npm:mediasoup@${release}`;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  // Their install step would download or compile the original worker.
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: folder });
}

function checkConformance() {
  const env = { ...process.env, MEDIASOUP_RELEASES: join(folder, 'node_modules') };
  const filter = ['--filter', 'FullyQualifiedName~RtcTests.Conformance'];
  add(spawnSync('dotnet', ['test', 'RtcTests', '--nologo', '-v', 'quiet', ...filter], { cwd: root, env, encoding: 'utf8' }), {
    passed: /Passed:\s+(\d+)/g,
    failed: /Failed:\s+(\d+)/g,
  });
}

function checkSuite(release) {
  const script = fileURLToPath(new URL('run.mjs', import.meta.url));
  const env = { ...process.env, MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN ?? executable };
  const node = join(root, 'node_modules', '.bin', 'node');
  const path = join(folder, 'node_modules', `mediasoup-${release}`);
  add(spawnSync(node, [script, '-p', path], { cwd: root, env, encoding: 'utf8' }), {
    passed: /own tests: (\d+) passed/g,
    failed: /own tests: \d+ passed, (\d+) failed/g,
  });
}

/** Shows the output and adds what it counts; a run that fails without naming a failed test counts as one. */
function add({ stdout, stderr, status }, patterns) {
  process.stdout.write(stdout + stderr);
  const read = (pattern) => [...stdout.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
  const counts = { passed: read(patterns.passed), failed: read(patterns.failed) };
  if (counts.failed === 0 && (status !== 0 || counts.passed === 0)) counts.failed = 1;
  total.passed += counts.passed;
  total.failed += counts.failed;
}
