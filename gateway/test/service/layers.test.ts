import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { ask } from '../support/http.ts';
import { answerTo, fixture, smallOffer } from '../support/sdp.ts';
import { startTestService } from '../support/service.ts';
import { SocketClient } from '../support/socket-client.ts';

interface Track {
  mid: string;
  kind: string;
  layers?: { spatial: number; temporal: number };
}

/** A viewer of what `offer` publishes, who has answered the offer of it. */
async function watch(
  context: TestContext,
  offer: string,
  scalabilityModes?: Record<string, string>,
): Promise<{ viewer: SocketClient; tracks: Track[] }> {
  const { url } = await startTestService(context);
  const publisher = await SocketClient.open(url, 'api/rooms/r1/socket?name=alice');
  await publisher.next('joined');
  publisher.send({ type: 'publish', id: 1, sdp: offer, scalabilityModes });
  await publisher.next('published');
  const viewer = await SocketClient.open(url, 'api/rooms/r1/socket?name=bob');
  const { sdp, version, tracks } = await viewer.next('offer');
  viewer.send({ type: 'answer', id: 1, version, sdp: answerTo(sdp as string) });
  await viewer.next('answered');
  context.after(() => {
    viewer.close();
    publisher.close();
  });
  return { viewer, tracks: tracks as Track[] };
}

describe('a viewer chooses layers', () => {
  test('is told how many there are, and what holds after a choice', async (context) => {
    const { viewer, tracks } = await watch(context, fixture('chromium-simulcast.sdp'));
    const video = tracks.find(({ kind }) => kind === 'video')!;
    assert.deepEqual(video.layers, { spatial: 3, temporal: 3 });
    assert.ok(tracks.filter(({ kind }) => kind === 'audio').every(({ layers }) => layers === undefined));
    for (const [wish, spatialLayer, temporalLayer] of [
      [{ spatialLayer: 1, temporalLayer: 0 }, 1, 0],
      [{ spatialLayer: 0 }, 0, 2],
      [{ temporalLayer: 1 }, 2, 1],
      [{ spatialLayer: 7, temporalLayer: 7 }, 2, 2],
      [{}, 2, 2],
    ] as const) {
      viewer.send({ type: 'layers', id: 9, mid: video.mid, ...wish });
      assert.deepEqual(await viewer.next('layersSet'), { type: 'layersSet', id: 9, spatialLayer, temporalLayer });
    }
  });

  test('wrong layers and tracks are refused', async (context) => {
    const { viewer, tracks } = await watch(context, fixture('chromium-simulcast.sdp'));
    const { mid } = tracks.find(({ kind }) => kind === 'video')!;
    for (const [wish, status, detail] of [
      [{ mid, spatialLayer: -1 }, 400, /spatialLayer/],
      [{ mid, spatialLayer: 8 }, 400, /spatialLayer/],
      [{ mid, spatialLayer: 1.5 }, 400, /spatialLayer/],
      [{ mid, temporalLayer: '1' }, 400, /temporalLayer/],
      [{ spatialLayer: 1 }, 400, /mid/],
      [{ mid: 'nobody', spatialLayer: 1 }, 409, /nobody/],
    ] as const) {
      viewer.send({ type: 'layers', id: 3, ...wish });
      const { id, problem } = (await viewer.next('error')) as unknown as { id: number; problem: { status: number; detail: string } };
      assert.deepEqual([id, problem.status], [3, status], problem.detail);
      assert.match(problem.detail, detail);
    }
  });

  test('a track of one layer has none to choose', async (context) => {
    const { viewer, tracks } = await watch(context, smallOffer());
    assert.ok(tracks.every(({ layers }) => layers === undefined));
    viewer.send({ type: 'layers', id: 1, mid: tracks[1]!.mid, spatialLayer: 0 });
    const { problem } = (await viewer.next('error')) as unknown as { problem: { status: number; detail: string } };
    assert.deepEqual([problem.status, problem.detail], [409, 'the track comes in one layer']);
  });

  test('of SVC as well, in the numbers its publisher said', async (context) => {
    const offer = smallOffer().replaceAll('VP8/90000', 'VP9/90000');
    const { viewer, tracks } = await watch(context, offer, { v: 'L2T3_KEY' });
    assert.deepEqual(tracks[1]!.layers, { spatial: 2, temporal: 3 });
    viewer.send({ type: 'layers', id: 1, mid: tracks[1]!.mid, spatialLayer: 0 });
    assert.deepEqual(await viewer.next('layersSet'), { type: 'layersSet', id: 1, spatialLayer: 0, temporalLayer: 2 });
  });

  test('over plain HTTP', async (context) => {
    const { url } = await startTestService(context);
    const join = async (name: string): Promise<string> => {
      const body = JSON.stringify({ name });
      const { text } = await ask(url, 'api/rooms/r1/users', { method: 'POST', type: 'application/json', body });
      return (JSON.parse(text) as { session: string }).session;
    };
    const [alice, bob] = [await join('alice'), await join('bob')];
    const publish = { method: 'PUT', type: 'application/sdp', body: fixture('chromium-simulcast.sdp') };
    assert.equal((await ask(url, `api/sessions/${alice}/publish`, publish)).status, 200);
    const { text } = await ask(url, `api/sessions/${bob}/events?waitMs=5000`);
    const { messages } = JSON.parse(text) as { messages: { type: string; tracks: Track[] }[] };
    const { mid } = messages.find(({ type }) => type === 'offer')!.tracks.find(({ layers }) => layers)!;
    const put = (path: string, wish: unknown): ReturnType<typeof ask> =>
      ask(url, `api/sessions/${bob}/tracks/${path}/layers`, { method: 'PUT', type: 'application/json', body: JSON.stringify(wish) });
    const set = await put(mid, { spatialLayer: 1 });
    assert.deepEqual([set.status, set.text], [200, '{"spatialLayer":1,"temporalLayer":2}']);
    assert.equal((await put(mid, { spatialLayer: 9 })).status, 400);
    assert.equal((await put(mid, { layer: 1 })).status, 400);
    assert.equal((await put('nobody', {})).status, 409);
  });
});
