// Runs the original's Node tests against dist/mediasoup-worker and holds them against owed.json: a test that fails
// without being owed is a failure, and so is one that passes while it is still owed, so the list can only shrink.
//
//   node RtcTests/Mediasoup/run.mjs [-p PACKAGE]... [jest arguments, such as -t NAME or test-Worker]
//
// A PACKAGE is a folder of node_modules, or a path; without one, all that are installed with the repository are run.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const installed = ['mediasoup', 'mediasoup-3.26', 'mediasoup-3.19', 'mediasoup-3.14'];

/** The Worker test reads a certificate that the npm package does not ship. */
function supplyCertificate(folder) {
  const data = join(folder, 'node', 'lib', 'test', 'data');
  mkdirSync(data, { recursive: true });
  for (const file of ['dtls-cert.pem', 'dtls-key.pem']) {
    copyFileSync(join(root, 'RtcTests', 'Vectors', file), join(data, file));
  }
}

/** The release in a folder; refuses to run it with a Node that it does not run on. */
function readRelease(folder) {
  const { version, engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const wanted = /^>=(\d+)$/.exec(engines.node);
  if (!wanted || Number(process.versions.node.split('.')[0]) < Number(wanted[1])) {
    throw new Error(`mediasoup ${version} asks for Node ${engines.node}, this is ${process.versions.node}`);
  }
  return version;
}

function runJest(folder, jestArguments) {
  const results = mkdtempSync(join(tmpdir(), 'mediasoup-suite-'));
  const output = join(results, 'results.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const env = {
    ...process.env,
    MEDIASOUP_FOLDER: folder,
    MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN ?? join(root, 'dist', 'mediasoup-worker'),
  };
  const config = join(here, 'jest.config.mjs');
  const run = spawnSync(
    process.execPath,
    [jest, '--config', config, '--json', '--outputFile', output, '--silent', '--forceExit', ...jestArguments],
    { cwd: root, env, encoding: 'utf8', timeout: 300_000 },
  );
  try {
    return JSON.parse(readFileSync(output, 'utf8'));
  } catch {
    throw new Error(`jest left no result (${run.status ?? run.signal}):\n${run.stdout}\n${run.stderr}`);
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** What a release owes, by test; an entry may name the minor releases that it is about. */
function readOwed(version) {
  const minor = version.split('.').slice(0, 2).join('.');
  return new Map(
    JSON.parse(readFileSync(join(here, 'owed.json'), 'utf8'))
      .filter(({ releases }) => releases?.includes(minor) ?? true)
      .map(({ test, reason }) => [test, reason]),
  );
}

/** Runs the suite of one package, prints what it found, and returns { passed, failed, skipped }. */
export function runSuite(folder, jestArguments = []) {
  const version = readRelease(folder);
  supplyCertificate(folder);
  const owed = readOwed(version);
  const results = runJest(folder, jestArguments);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of results.testResults) {
    if (file.assertionResults.length === 0) {
      counts.failed++;
      console.log(`FAILED ${basename(file.name)}: ${file.message}`);
    }
    for (const test of file.assertionResults) {
      count(counts, `${basename(file.name, '.js')}: ${test.fullName}`, test, owed);
    }
  }
  const { passed, failed, skipped } = counts;
  console.log(`mediasoup ${version}'s own tests: ${passed} passed, ${failed} failed, ${skipped} owed or skipped`);
  return counts;
}

function count(counts, name, test, owed) {
  const isOwed = owed.has(name);
  if (test.status === 'passed' && !isOwed) {
    counts.passed++;
  } else if (test.status === 'passed') {
    counts.failed++;
    console.log(`FAILED ${name}: passes now, take it out of owed.json`);
  } else if (test.status === 'pending') {
    counts.skipped++;
  } else if (isOwed) {
    counts.skipped++;
    console.log(`owed   ${name}: ${owed.get(name)}`);
  } else {
    counts.failed++;
    console.log(`FAILED ${name}\n${test.failureMessages.join('\n')}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rest = process.argv.slice(2);
  const packages = [];
  while (rest[0] === '-p') packages.push(rest.splice(0, 2)[1]);
  for (const name of packages.length > 0 ? packages : installed) {
    const { failed } = runSuite(name.includes('/') ? resolve(name) : join(root, 'node_modules', name), rest);
    if (failed > 0) process.exitCode = 1;
  }
}
