// Runs the original's Node tests against dist/mediasoup-worker and holds them against owed.json: a test that fails
// without being owed is a failure, and so is one that passes while it is still owed, so the list can only shrink.
//
//   node RtcTests/Mediasoup/run.mjs [jest arguments, such as -t NAME or test-Worker]
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const packageName = process.env.MEDIASOUP_PACKAGE ?? 'mediasoup';

/** The Worker test reads a certificate that the npm package does not ship. */
function supplyCertificate() {
  const data = join(root, 'node_modules', packageName, 'node', 'lib', 'test', 'data');
  mkdirSync(data, { recursive: true });
  for (const file of ['dtls-cert.pem', 'dtls-key.pem']) {
    copyFileSync(join(root, 'RtcTests', 'Vectors', file), join(data, file));
  }
}

function runJest(jestArguments) {
  const folder = mkdtempSync(join(tmpdir(), 'mediasoup-suite-'));
  const output = join(folder, 'results.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const env = {
    ...process.env,
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
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the suite, prints what it found, and returns { passed, failed, skipped }. */
export function runSuite(jestArguments = []) {
  supplyCertificate();
  const owed = new Map(
    JSON.parse(readFileSync(join(here, 'owed.json'), 'utf8')).map(({ test, reason }) => [test, reason]),
  );
  const results = runJest(jestArguments);
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
  console.log(`mediasoup's own tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} owed or skipped`);
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
  const { failed } = runSuite(process.argv.slice(2));
  process.exitCode = failed > 0 ? 1 : 0;
}
