import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { types } from 'mediasoup';
import type { TransportSettings } from '../src/sdp/index.ts';
import { loopback, startRouter } from './support/router.ts';
import { answerTo, smallOffer } from './support/sdp.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const packageOf = (name: string): string => dirname(findPackageJSON(name, import.meta.url)!);
const tsc = join(packageOf('typescript'), 'bin/tsc');

/** The programs of the README by the name in their first line. */
const programs = new Map(
  [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```(?:js|ts)\n\/\/ (\S+)\n([^]*?)```/g)].map(
    ([, name = '', text = '']) => [name, text],
  ),
);

describe('the package in an application of its own', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sdp-gateway-'));
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
    symlinkSync(root, join(folder, 'node_modules/sdp-gateway'));
    symlinkSync(packageOf('mediasoup'), join(folder, 'node_modules/mediasoup'));
    symlinkSync(packageOf('@types/node'), join(folder, 'node_modules/@types/node'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const [name, text] of programs) writeFileSync(join(folder, name), text);
    execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json')]);
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (file: string, text: string): string => {
    writeFileSync(join(folder, file), text);
    return execFileSync(process.execPath, [join(folder, file)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  };

  test('from JavaScript, by import and by require', () => {
    const print = "console.log([typeof publish, typeof subscribe, new SdpError('x', 3, 'a=').lineNumber].join())";
    assert.equal(run('a.mjs', `import { publish, subscribe, SdpError } from 'sdp-gateway'; ${print}`), 'function,function,3\n');
    assert.equal(run('a.cjs', `const { publish, subscribe, SdpError } = require('sdp-gateway'); ${print}`), 'function,function,3\n');
    assert.equal(run('b.mjs', "import { startService } from 'sdp-gateway/service'; console.log(typeof startService)"), 'function\n');
  });

  for (const [module, moduleResolution] of [['esnext', 'bundler'], ['nodenext', 'nodenext']] as const) {
    test(`from TypeScript with module resolution ${moduleResolution}`, () => {
      assert.ok(programs.has('device.ts'));
      writeFileSync(join(folder, 'wrong.ts'), "import { publish } from 'sdp-gateway';\npublish(1, 2, 3);");
      const options = ['--strict', '--target', 'es2023', '--types', 'node', '--skipLibCheck'];
      const resolution = ['--module', module, '--moduleResolution', moduleResolution];
      const compile = (): unknown =>
        execFileSync(process.execPath, [tsc, ...options, ...resolution, 'device.ts', 'wrong.ts'], { cwd: folder, encoding: 'utf8' });
      // The README's program compiles, and what the types forbid does not.
      assert.throws(compile, ({ stdout }: { stdout: string }) => {
        assert.deepEqual(stdout.match(/^\S+\.ts\(\d+/gm), ['wrong.ts(2'], stdout);
        return true;
      });
    });
  }

  test('device.ts of the README, as the compiler left it', async (context) => {
    const router = await startRouter(context);
    interface DeviceApi {
      sending: { tracks: { producer: types.Producer }[] };
      publish(offer: string): Promise<string>;
      receive(producers: types.Producer[], others: DeviceApi[]): void;
      answer(sdp: string): Promise<void>;
      small(mid: string): Promise<void>;
      restartIce(): void;
    }
    const { Device } = (await import(pathToFileURL(join(folder, 'device.js')).href)) as {
      Device: { join(router: types.Router, transport: TransportSettings, tell: (sdp: string) => void): Promise<DeviceApi> };
    };
    context.mock.method(console, 'log', () => undefined);
    const offers: string[] = [];
    let wake = (): void => undefined;
    const nextOffer = async (): Promise<string> => {
      while (offers.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return offers.shift()!;
    };
    const alice = await Device.join(router, loopback, () => undefined);
    const bob = await Device.join(router, loopback, (sdp) => (offers.push(sdp), wake()));
    assert.match(await alice.publish(smallOffer()), /^v=0/);
    bob.receive(alice.sending.tracks.map(({ producer }) => producer), [alice]);
    const first = await nextOffer();
    await bob.answer(answerTo(first));
    await bob.small('1');
    bob.restartIce();
    const second = await nextOffer();
    assert.notEqual(/ice-ufrag:(\S+)/.exec(second)?.[1], /ice-ufrag:(\S+)/.exec(first)?.[1]);
  });
});
