import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { GatewayService } from '../../src/service.ts';
import { launchChromium, openPage, skipWithoutChromium } from '../support/chromium.ts';
import { skipWithoutFfmpeg, skipWithoutGstreamer } from '../support/ffmpeg.ts';
import { countChangedFrames, readReceived } from '../support/media-checks.ts';
import { Program } from '../support/program.ts';
import { readExamples } from '../support/readme.ts';
import { startTestService } from '../support/service.ts';

/** The README's port by the one of a test: each has its own, as tests run side by side. */
const Ports: Record<string, string> = { 5004: '23704', 5014: '23714', 5024: '23724' };

/** A machine without display and sound still plays; and each frame that a decoder gives is told. */
const Headless = {
  SDL_VIDEODRIVER: 'dummy',
  SDL_AUDIODRIVER: 'dummy',
  GST_PLUGIN_FEATURE_RANK: 'fakevideosink:MAX,fakeaudiosink:MAX',
  GST_DEBUG: 'videodecoder:6',
  GST_DEBUG_NO_COLOR: '1',
};
const DecodedFrame = /gst_video_decoder_clip_and_push_buf:<vp8dec\d+> pushing/;

/** Debian's Python: the one that knows of its GStreamer. */
const Python = '/usr/bin/python3';
const skipWithoutWebrtcbin: string | false = (() => {
  const script =
    'import gi\nfor n in ("Gst", "GstSdp", "GstWebRTC"): gi.require_version(n, "1.0")\nfrom gi.repository import Gst, GstSdp, GstWebRTC\n' +
    'Gst.init(None)\nmissing = [n for n in ("webrtcbin", "nicesrc", "vp8enc", "opusenc") if not Gst.ElementFactory.find(n)]\n' +
    'if missing: raise SystemExit("GStreamer has no " + ", ".join(missing))';
  const { status, error, stderr } = spawnSync(Python, ['-c', script], { encoding: 'utf8' });
  if (status === 0) return false;
  return `no webrtcbin from Python: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
})();

describe('the examples of the README', () => {
  const examples = readExamples();
  let service: GatewayService;
  let folder: string;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-readme-'));
    service = await startTestService({ after: (end) => ends.push(end) }, { GATEWAY_MAX_REQUESTS: '0' });
  });
  after(async () => {
    for (const end of ends) await end();
    rmSync(folder, { recursive: true });
  });

  /** An example as it stands, with the address of this service. */
  function example(name: string): string {
    const text = examples.get(name)!;
    const here = text.replaceAll('127.0.0.1:8080', new URL(service.url).host);
    return Object.entries(Ports).reduce((program, [port, own]) => program.replaceAll(`port=${port}`, `port=${own}`), here);
  }

  const runShell = (context: TestContext, name: string): Program =>
    Program.start(context, 'bash', ['-c', example(name)], { cwd: folder, env: Headless });

  function runPython(context: TestContext, name: string, path: string): Program {
    writeFileSync(join(folder, name), example(name));
    const address = new URL(`api/rooms/lobby/${path}`, service.url).href;
    return Program.start(context, Python, [join(folder, name), address], { cwd: folder, env: Headless });
  }

  /** Waits until a user is in the room and its video is there to be watched. */
  async function publishes(name: string): Promise<void> {
    for (;;) {
      const answer = await fetch(new URL(`api/rooms/lobby/users/${name}/track.sdp?port=23790&kind=video`, service.url));
      await answer.text();
      const location = answer.headers.get('location');
      if (location) await fetch(new URL(location, service.url), { method: 'DELETE' });
      if (answer.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  test('send.sh, with play.sh, record.sh and gst-play.sh', { skip: skipWithoutFfmpeg }, async (context) => {
    runShell(context, 'send.sh');
    await publishes('ffmpeg');
    const played = runShell(context, 'play.sh');
    await played.prints(/Stream #0:\d: Video: vp8.* 640x360/);
    await played.prints(/Stream #0:\d: Audio: opus/);
    played.stop();

    await runShell(context, 'record.sh').finish();
    const probe = ['-v', 'error', '-count_packets', '-show_entries', 'stream=codec_name,nb_read_packets', '-of', 'csv=p=0'];
    const counts = await Program.start(context, 'ffprobe', [...probe, join(folder, 'recording.mkv')]).finish();
    const packets = new Map(counts.trim().split('\n').map((line) => line.split(',') as [string, string]));
    assert.ok(Number(packets.get('vp8')) > 1 && Number(packets.get('opus')) > 10, counts);

    await context.test('gst-play.sh', { skip: skipWithoutGstreamer }, async () => {
      await runShell(context, 'gst-play.sh').prints(DecodedFrame, 30);
    });
  });

  test('gst-send.sh', { skip: skipWithoutGstreamer || skipWithoutFfmpeg }, async (context) => {
    runShell(context, 'gst-send.sh');
    await publishes('gst');
    const sdp = new URL('api/rooms/lobby/users/gst/track.sdp?port=23760', service.url).href;
    const input = ['-protocol_whitelist', 'http,tcp,udp,rtp', '-f', 'sdp', '-i', sdp];
    await Program.start(context, 'ffmpeg', [...input, '-frames:v', '30', '-f', 'null', '-']).finish();
  });

  test('whip.py and whep.py: webrtcbin publishes, and watches', { skip: skipWithoutWebrtcbin }, async (context) => {
    const publisher = runPython(context, 'whip.py', 'whip?name=webrtcbin');
    await Promise.race([publishes('webrtcbin'), publisher.finish()]);
    await runPython(context, 'whep.py', 'users/webrtcbin/whep').prints(DecodedFrame, 50);
  });

  test('receive.js and browser.js', { skip: skipWithoutChromium }, async (context) => {
    const browser = await launchChromium();
    context.after(() => browser.close());
    const errors: string[] = [];
    const run = async (name: string, keep: string): ReturnType<typeof openPage> => {
      const page = await openPage(browser, service.url, errors);
      // A page of the service's origin, with the video element that the example wants.
      await page.evaluate(() => document.body.replaceChildren(Object.assign(document.createElement('video'), { autoplay: true })));
      await page.evaluate(`(async () => { ${example(name)} globalThis.peer = ${keep}; })()`);
      return page;
    };
    const own = await run('browser.js', 'player');
    assert.ok((await countChangedFrames(own, 'video', 30)) > 5, 'the browser sees its own picture by WHEP');
    assert.ok((await readReceived(own, 'peer')).audioEnergy > 0, 'and hears itself');
    const other = await run('receive.js', 'receiving');
    await other.waitForFunction(() => (globalThis as unknown as { peer: RTCPeerConnection }).peer.connectionState === 'connected');
    assert.ok((await countChangedFrames(other, 'video', 30)) > 5, 'and others over the WebSocket');
    assert.deepEqual(errors, []);
  });
});
