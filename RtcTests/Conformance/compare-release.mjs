// Fetches releases of npm mediasoup, compares their schemas with fbs/ and prints what to write.
//
//   node RtcTests/Conformance/compare-release.mjs 3.28.0 ...
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, root, run } from '../../Worker/build.mjs';

const releases = process.argv.slice(2);
if (releases.length === 0 || !releases.every((release) => /^\d+\.\d+\.\d+$/.test(release))) {
  fail('usage: npm run compare-release -- 3.28.0 ...');
}

const folder = mkdtempSync(join(tmpdir(), 'mediasoup-release-'));
try {
  for (const release of releases) {
    const target = mkdtempSync(join(folder, 'package-'));
    run('npm', ['pack', '--silent', '--pack-destination', target, `mediasoup@${release}`], { stdio: 'ignore' });
    const [archive] = readdirSync(target);
    run('tar', ['-xzf', archive], { cwd: target });
    console.log(`\nmediasoup ${release}`);
    const schemas = join(target, 'package', 'worker', 'fbs');
    if (!existsSync(schemas)) {
      console.log('has no schemas: releases before 3.13 speak JSON');
      continue;
    }
    run('dotnet', ['run', '--project', 'Channel/Compiler', '-v', 'quiet', '--', '--compare', 'fbs', schemas, release]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
