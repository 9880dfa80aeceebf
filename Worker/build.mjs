// Builds dist/mediasoup-worker: one self-contained executable. Runs on any Node from 18 on and needs no npm package,
// so that a fresh clone can start here.
//
//   node Worker/build.mjs                    build
//   node Worker/build.mjs --if-stale         build only when a source is newer than the executable
//   node Worker/build.mjs --ready-to-run     build the executable that is made where there is no linker
//   node Worker/build.mjs --output FOLDER    build into another folder than dist
//
// The executable is native code (docs/decisions/0013-native-executable.md). That takes a linker, clang or gcc; without
// one it is ReadyToRun code with the platform's runtime, which does the same, but starts later and takes more memory.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const executable = join(root, 'dist', 'mediasoup-worker');

const sources = ['Worker', 'Channel', 'Rtc', 'fbs', 'Directory.Build.props', 'Directory.Packages.props', 'global.json'];
const generated = new Set(['bin', 'obj', 'node_modules']);

/** Runs a command in the repository with its output shown; ends this process when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) fail(`${command} could not be started: ${result.error.message}`);
  if (result.status !== 0) fail(`${command} ${args.join(' ')} ended with ${result.status ?? result.signal}`);
}

/** Says why and ends this process. */
export function fail(message) {
  console.error(`\n${message}`);
  process.exit(1);
}

/** Installs the npm packages of the lock file where they are missing or older than it. */
export function ensurePackages() {
  const marker = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;

  console.log('Installing the npm packages …');
  // mediasoup's own install step downloads or compiles the original worker, which nobody wants here: it does nothing
  // when the application names a worker.
  const env = { ...process.env, MEDIASOUP_WORKER_BIN: executable };
  run('npm', ['ci', '--no-audit', '--no-fund'], { env });
}

function newestSource(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;

  let newest = 0;
  for (const entry of readdirSync(path)) {
    if (!generated.has(entry)) newest = Math.max(newest, newestSource(join(path, entry)));
  }
  return newest;
}

function isStale() {
  if (!existsSync(executable)) return true;

  const built = statSync(executable).mtimeMs;
  return sources.some((source) => newestSource(join(root, source)) > built);
}

function requireSdk() {
  const found = spawnSync('dotnet', ['--version'], { cwd: root, encoding: 'utf8' });
  if (found.error || found.status !== 0) {
    fail(
      'The .NET 10 SDK is missing (`dotnet --version` must print 10.0.100 or later).\n' +
        'Get it from https://dotnet.microsoft.com/download/dotnet/10.0 or your distribution (dotnet-sdk-10.0).\n' +
        (found.stderr ?? ''),
    );
  }
}

/** Whether what a native executable is linked with is there: clang, or gcc with the objcopy that takes symbols out. */
function hasLinker() {
  const starts = (command) => spawnSync(command, ['--version']).status === 0;
  const has = starts('clang') || (starts('gcc') && starts('objcopy'));
  if (!has) {
    console.log(
      'There is no linker, so the worker is built as ReadyToRun code: it starts 20 ms later and takes 15 MB more.\n' +
        'For a native executable: apt-get install gcc libc6-dev (or clang), then npm run build.',
    );
  }
  return has;
}

/** Publishes the worker into dist/, or another folder. */
export function buildWorker({ ifStale = false, readyToRun = false, output = 'dist' } = {}) {
  if (ifStale && !isStale()) return;

  requireSdk();
  console.log(`Building ${output}/mediasoup-worker …`);
  const started = Date.now();
  const folder = resolve(root, output);
  // Only what an earlier build left: the folder may be anybody's.
  for (const name of ['mediasoup-worker', 'mediasoup-worker.dbg']) rmSync(join(folder, name), { force: true });
  const target = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64';
  const kind = readyToRun || !hasLinker() ? ['-p:PublishSingleFile=true', '-p:WorkerFramework=net10.0'] : [];
  run('dotnet', ['publish', 'Worker', '--nologo', '-v', 'quiet', '-c', 'Release', '-r', target, ...kind, '-o', folder]);
  const size = (statSync(join(folder, 'mediasoup-worker')).size / 1e6).toFixed(1);
  console.log(`${output}/mediasoup-worker: ${size} MB in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { 'if-stale': { type: 'boolean' }, 'ready-to-run': { type: 'boolean' }, output: { type: 'string' } },
  });
  ensurePackages();
  buildWorker({ ifStale: values['if-stale'], readyToRun: values['ready-to-run'], output: values.output });
}
