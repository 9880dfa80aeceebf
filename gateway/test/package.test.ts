import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { types } from 'mediasoup';
import type { Page } from 'playwright-core';
import { loadConfig } from '../src/service.ts';
import type { TransportSettings } from '../src/sdp/index.ts';
import { launchChromium, openPage, skipWithoutChromium } from './support/chromium.ts';
import { countChangedFrames, readReceived } from './support/media-checks.ts';
import { Program } from './support/program.ts';
import { readExamples } from './support/readme.ts';
import { loopback, startRouter } from './support/router.ts';
import { answerTo, smallOffer } from './support/sdp.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const packageOf = (name: string): string => dirname(findPackageJSON(name, import.meta.url)!);
const tsc = join(packageOf('typescript'), 'bin/tsc');

const examples = readExamples();

describe('the package in an application of its own', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sdp-gateway-'));
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
    symlinkSync(root, join(folder, 'node_modules/sdp-gateway'));
    symlinkSync(packageOf('mediasoup'), join(folder, 'node_modules/mediasoup'));
    symlinkSync(packageOf('@types/node'), join(folder, 'node_modules/@types/node'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const name of ['device.ts', 'server.mjs']) writeFileSync(join(folder, name), examples.get(name)!);
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

  test('server.mjs, publish.js and watch.js of the README', { skip: skipWithoutChromium }, async (context) => {
    const { workers } = loadConfig({ MEDIASOUP_WORKER_BIN: process.env['MEDIASOUP_WORKER_BIN'] });
    const env = { PORT: '0', MEDIASOUP_WORKER_BIN: workers.bin };
    const server = Program.start(context, process.execPath, ['server.mjs'], { cwd: folder, env });
    await server.prints(/^http:.*$/m);
    const [url = ''] = /^http:.*$/m.exec(server.output)!;
    const browser = await launchChromium();
    context.after(() => browser.close());
    const errors: string[] = [];
    const open = async (example: string, keep: string): Promise<Page> => {
      const page = await openPage(browser, url, errors);
      // As a module: what it declares is not global, so that what the test looks at is handed out.
      await page.evaluate(`(async () => { ${examples.get(example)} globalThis.peer = ${keep}; })()`);
      return page;
    };
    const publisher = await open('publish.js', 'sending');
    await publisher.waitForFunction("peer.connectionState === 'connected'");
    const viewer = await open('watch.js', 'receiving');
    const changed = await countChangedFrames(viewer, 'video', 30);
    assert.ok(changed > 5, `${changed} of 30 frames differ from the one before`);
    // The player of the example is muted, so that its sound is received and not decoded.
    assert.ok((await readReceived(viewer, 'peer')).audioPacketsReceived > 0);
    const refused = await fetch(new URL('publish', url), { method: 'POST', body: 'v=0' });
    assert.equal(refused.status, 400);
    assert.deepEqual(errors.filter((error) => !error.includes('favicon')), []);
  });
});
