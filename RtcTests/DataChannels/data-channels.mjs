// Data channels between real WebRTC stacks through the worker: Chromium, and libwebrtc in Node.
//
//   npx node RtcTests/DataChannels/data-channels.mjs                      half a minute
//   DATA_CHANNELS=long npx node RtcTests/DataChannels/data-channels.mjs   some minutes
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { skipWithoutChromium } from '../Browser/chromium.mjs';
import { unlessStolen } from '../stolen-time.mjs';
import { Room, maxMessageBytes } from './room.mjs';
import { openChromium, openLibwebrtc } from './stacks.mjs';

const isLong = process.env.DATA_CHANNELS === 'long';
const rounds = isLong ? 20 : 3;
const modes = {
  ordered: { ordered: true },
  unordered: { ordered: false },
  'never repeated': { ordered: false, maxRetransmits: 0 },
  'repeated twice': { ordered: false, maxRetransmits: 2 },
  'of a lifetime of 150 ms': { ordered: false, maxPacketLifeTime: 150 },
};
const sizes = [1, 2, 3, 4, 1_000, 1_148, 1_152, 1_155, 1_160, 1_164, 1_200, 16_384, 65_535, 65_536, maxMessageBytes];

const range = (count) => Array.from({ length: count }, (_, i) => i);
const ascending = (numbers) => [...numbers].sort((a, b) => a - b);
const whole = (count) => ({ numbers: range(count), wrong: 0 });

const pairs = {
  'Chromium and libwebrtc': [openChromium, openLibwebrtc],
  'libwebrtc and libwebrtc': [openLibwebrtc, openLibwebrtc],
};
if (isLong) pairs['Chromium and Chromium'] = [openChromium, openChromium];

for (const [name, [openLeft, openRight]] of Object.entries(pairs)) {
  const needsChromium = openLeft === openChromium;
  const skip = needsChromium && skipWithoutChromium;
  describe(name, { skip }, () => {
    let room;
    let stacks;
    let left;
    let right;
    before(async () => {
      stacks = [await openLeft()];
      stacks.push(openRight === openLeft ? stacks[0] : await openRight());
      room = await Room.open();
      [left, right] = await Promise.all(stacks.map((stack, i) => room.join(stack, { linkSeed: 2 * i + 1 })));
    });
    after(async () => {
      await stacks[0].close();
      if (stacks[1] !== stacks[0]) await stacks[1].close();
      room?.close();
    });

    test('messages of 1 byte to 256 KiB come back as they were', async () => {
      const echo = await room.echo(left, right);
      const lengths = Array(rounds).fill(sizes).flat();
      await echo.send(lengths);
      assert.deepEqual(await echo.take(lengths, lengths.length), whole(lengths.length));
      assert.equal(left.transport.sctpState, 'connected');
    });

    test('texts and empty messages come back as they were', async () => {
      const echo = await room.echo(left, right);
      const texts = ['', 'a', 'žluťoučký kůň', '', 'x'.repeat(maxMessageBytes)];
      for (const text of texts) await left.call('sendText', echo.there.fromId, text);
      assert.deepEqual(await left.call('takeTexts', echo.back.toId, texts.length), texts);
    });

    for (const [mode, options] of Object.entries(modes)) {
      test(`messages that are ${mode} all arrive on a good path`, unlessStolen(async () => {
        const echo = await room.echo(left, right, options);
        const lengths = range(50 * rounds).map((i) => (i % 10 === 0 ? 5_000 : 100 + i));
        await echo.send(lengths, { pauseMs: 1 });
        const { numbers, wrong } = await echo.take(lengths, lengths.length);
        assert.deepEqual({ numbers: options.ordered ? numbers : ascending(numbers), wrong }, whole(lengths.length));
      }));
    }

    test('on a bad path reliable messages arrive, and the others once or never', async () => {
      const links = [];
      for (const options of Object.values(modes)) links.push(await room.link(left, right, options));
      for (const { link } of [left, right]) link.shape({ loss: 0.05, delayMs: 20 });
      const lengths = range(isLong ? 600 : 150).map((i) => (i % 10 === 0 ? 5_000 : 100 + i));
      await Promise.all(links.map((link) => link.send(lengths, { pauseMs: 5 })));
      for (const { options, take } of links) {
        const isReliable = options.maxRetransmits === undefined && options.maxPacketLifeTime === undefined;
        const { numbers, wrong } = await take(lengths, isReliable ? lengths.length : undefined);
        assert.equal(wrong, 0);
        if (isReliable) {
          assert.deepEqual(options.ordered ? numbers : ascending(numbers), range(lengths.length));
        } else {
          assert.equal(new Set(numbers).size, numbers.length, 'one came twice');
          assert.ok(numbers.length > 10, `${numbers.length} of ${lengths.length} came`);
        }
      }
      assert.ok(left.link.lost + right.link.lost > 20, 'hardly anything was lost');

      // What was given up holds nothing up.
      for (const { link } of [left, right]) link.shape({ loss: 0, delayMs: 0 });
      for (const { send, take } of links) {
        await send([100]);
        assert.deepEqual(await take([100], 1), whole(1));
      }
    });

    test('channels are closed by either side and opened again on the same stream', async () => {
      let link = await room.link(left, right);
      for (const round of range(rounds)) {
        await link.send([10 + round, 20_000]);
        assert.deepEqual(await link.take([10 + round, 20_000], 2), whole(2));
        await link.close();
        link = await room.relink(left, right, { streamId: link.fromId }, {});
      }
    });

    test('a peer that closes the channel it receives on loses the data consumer', async () => {
      const link = await room.link(left, right);
      await right.call('close', link.toId);
      await assert.rejects(link.consumer.getStats(), /not found/i);

      // The data producer is there as before.
      const application = await room.router.createDirectTransport();
      const listener = await application.consumeData({ dataProducerId: link.producer.id });
      const heard = once(listener, 'message');
      await link.send([10]);
      assert.equal((await heard)[0].length, 10);
    });

    test('100 channels at once', async () => {
      const echoes = await Promise.all(range(100).map((i) => room.echo(left, right, Object.values(modes)[i % 2])));
      const lengths = [5, 3_000, 500, 20_000];
      await Promise.all(echoes.map((echo) => echo.send(lengths)));
      for (const echo of echoes) {
        const { numbers, wrong } = await echo.take(lengths, lengths.length);
        assert.deepEqual({ numbers: ascending(numbers), wrong }, whole(lengths.length));
      }
    });
  });
}
