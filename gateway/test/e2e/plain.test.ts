import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import {
  frameHashes,
  playArguments,
  sendArguments,
  skipWithoutFfmpeg,
  skipWithoutGstreamer,
  type Place,
} from '../support/ffmpeg.ts';
import { ask } from '../support/http.ts';
import { Program } from '../support/program.ts';
import { startTestService } from '../support/service.ts';

const Frames = 50;

describe('plain RTP with ffmpeg and GStreamer', { skip: skipWithoutFfmpeg }, () => {
  /** Sends a picture and a tone into the room. */
  async function send(context: TestContext, url: string, codec: 'VP8' | 'H264'): Promise<void> {
    const tracks = [
      { kind: 'video', codec, payloadType: 96, parameters: codec === 'H264' ? { 'packetization-mode': 1, 'profile-level-id': '42e01f' } : {} },
      { kind: 'audio', codec: 'opus', payloadType: 111 },
    ];
    const body = JSON.stringify({ name: 'camera', tracks });
    const { status, text } = await ask(url, 'api/rooms/r1/rtp', { method: 'POST', type: 'application/json', body });
    assert.equal(status, 201, text);
    const [video, audio] = (JSON.parse(text) as { tracks: Place[] }).tracks;
    Program.start(context, 'ffmpeg', sendArguments(video!, audio!, codec === 'VP8' ? 'libvpx' : 'libx264'));
  }

  for (const [codec, port] of [['VP8', 23_100], ['H264', 23_110]] as const) {
    test(`${codec} that ffmpeg pushes is decoded by ffmpeg from track.sdp`, async (context) => {
      const { url } = await startTestService(context);
      await send(context, url, codec);
      const sdp = `${url}api/rooms/r1/users/camera/track.sdp?port=${port}&kind=video`;
      const output = await Program.start(context, 'ffmpeg', playArguments(sdp, Frames)).finish();
      const hashes = frameHashes(output);
      assert.equal(hashes.length, Frames);
      assert.ok(new Set(hashes).size > Frames / 2, `${new Set(hashes).size} of ${Frames} frames are different`);
    });
  }

  test('sound too, and of whoever speaks', async (context) => {
    const { url } = await startTestService(context);
    await send(context, url, 'VP8');
    const output = await Program.start(context, 'ffmpeg', playArguments(`${url}api/rooms/r1/track.sdp?port=23120`, Frames, 'a')).finish();
    assert.ok(new Set(frameHashes(output)).size > Frames / 2, 'the sound is not silence');
  });

  test('GStreamer plays it', { skip: skipWithoutGstreamer }, async (context) => {
    const { url } = await startTestService(context);
    await send(context, url, 'VP8');
    const { text } = await ask(url, 'api/rooms/r1/users/camera/track.sdp?port=23130&kind=video');
    const payloadType = /^m=video 23130 RTP\/AVP (\d+)/m.exec(text)![1]!;
    const caps = `application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=${payloadType}`;
    const pipeline = `udpsrc port=23130 caps="${caps}" ! rtpjitterbuffer ! rtpvp8depay ! vp8dec ! identity eos-after=${Frames} ! fakesink`;
    const words = pipeline.match(/(?:[^\s"]|"[^"]*")+/g)!.map((word) => word.replaceAll('"', ''));
    const output = await Program.start(context, 'gst-launch-1.0', words).finish();
    assert.match(output, /Got EOS from element/);
  });

  test('GStreamer pushes, ffmpeg plays', { skip: skipWithoutGstreamer }, async (context) => {
    const { url } = await startTestService(context);
    const body = JSON.stringify({ name: 'gst', tracks: [{ kind: 'video', codec: 'VP8', payloadType: 96, ssrc: 1234 }] });
    const { text } = await ask(url, 'api/rooms/r1/rtp', { method: 'POST', type: 'application/json', body });
    const [place] = (JSON.parse(text) as { tracks: Place[] }).tracks;
    const pipeline =
      'videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=25/1 ! vp8enc deadline=1 keyframe-max-dist=25 ' +
      `! rtpvp8pay pt=96 ssrc=1234 ! udpsink host=127.0.0.1 port=${place!.port}`;
    Program.start(context, 'gst-launch-1.0', pipeline.split(' '));
    const sdp = `${url}api/rooms/r1/users/gst/track.sdp?port=23140`;
    const hashes = frameHashes(await Program.start(context, 'ffmpeg', playArguments(sdp, Frames)).finish());
    assert.ok(new Set(hashes).size > Frames / 2, `${new Set(hashes).size} different frames`);
  });
});
