import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import {
  NegotiationError,
  parseRemoteSession,
  PublishConnection,
  SdpError,
  SubscribeConnection,
} from '../../src/sdp/index.ts';
import { FakeRouter } from '../support/fake-router.ts';
import { answerTo, fixture, smallOffer } from '../support/sdp.ts';

const transport = { listen: { listenInfos: [{ protocol: 'udp' as const, ip: '127.0.0.1' }] } };
const Rounds = Number(process.env['FUZZ_ROUNDS'] ?? 60);
const Seed = Number(process.env['FUZZ_SEED'] ?? 20_261);

/** mulberry32: small, seeded, and the same everywhere. */
function randomOf(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

const fixtures = readdirSync(new URL('../fixtures/', import.meta.url))
  .filter((name) => name.endsWith('.sdp'))
  .map(fixture);
const corpus = [...fixtures.filter((sdp) => !sdp.includes('ice-lite')), smallOffer()];
const dictionary = corpus.flatMap((sdp) => sdp.split('\r\n').filter(Boolean));
const words = ['0', '-1', '65536', '4294967296', '99999999999999999999', '', ' ', '\u0000', '\u00e9', '__proto__', '*', '~', ';', ',', 'NaN', '1e9'];

/** One change: of a character, a word, a line or a block of lines. */
function mutate(sdp: string, random: (bound: number) => number): string {
  const lines = sdp.split('\r\n');
  const at = random(lines.length);
  const line = lines[at]!;
  switch (random(9)) {
    case 0: lines.splice(at, 1); break;
    case 1: lines.splice(at, 0, line); break;
    case 2: lines.splice(at, 0, dictionary[random(dictionary.length)]!); break;
    case 3: lines[at] = dictionary[random(dictionary.length)]!; break;
    case 4: {
      const other = random(lines.length);
      [lines[at], lines[other]] = [lines[other]!, line];
      break;
    }
    case 5: {
      const parts = line.split(/([ :;=/,])/);
      parts[random(parts.length)] = words[random(words.length)]!;
      lines[at] = parts.join('');
      break;
    }
    case 6: {
      const place = random(line.length + 1);
      lines[at] = line.slice(0, place) + String.fromCharCode(random(256)) + line.slice(place + random(2));
      break;
    }
    case 7: lines[at] = line.replace(/\d+/, (digits) => String(Number(digits) + random(3) - 1)); break;
    default: lines.splice(at, 0, ...lines.slice(at, at + random(30)));
  }
  return lines.join('\r\n');
}

function isTyped(error: unknown): boolean {
  return error instanceof SdpError || error instanceof NegotiationError;
}

function assertTyped(error: unknown, sdp: string): void {
  if (isTyped(error)) return;
  assert.fail(`${error instanceof Error ? error.stack : String(error)}\nfor\n${sdp}`);
}

test(`whatever a publisher says, it is answered or told why (seed ${Seed})`, async () => {
  const random = randomOf(Seed);
  let answered = 0;
  let refused = 0;
  for (const original of corpus) {
    for (let round = 0; round < Rounds; round += 1) {
      let sdp = original;
      for (let changes = 1 + random(4); changes > 0; changes -= 1) sdp = mutate(sdp, random);
      const connection = await PublishConnection.create(new FakeRouter().asRouter, { transport });
      for (const offer of [sdp, original, mutate(sdp, random)]) {
        try {
          const { answer } = await connection.negotiate(offer);
          // The answer is one for the same m-sections, of a peer that could be read.
          const sections = parseRemoteSession(answer.replace('a=ice-lite\r\n', '')).media.length;
          assert.equal(sections, offer.match(/(^|\n|\r)m=/g)?.length ?? 0, offer);
          answered += 1;
        } catch (error) {
          assertTyped(error, offer);
          refused += 1;
        }
      }
      connection.close();
    }
  }
  assert.ok(answered > corpus.length && refused > corpus.length, `${answered} answered, ${refused} refused`);
});

test(`whatever a viewer answers, it is taken or told why (seed ${Seed + 1})`, async () => {
  const random = randomOf(Seed + 1);
  const router = new FakeRouter();
  const publisher = await PublishConnection.create(router.asRouter, { transport });
  const { added } = await publisher.negotiate(smallOffer());
  let taken = 0;
  let refused = 0;
  for (let round = 0; round < Rounds * 10; round += 1) {
    const connection = await SubscribeConnection.create(router.asRouter, { transport });
    connection.setProducers(added.map(({ producer }) => producer));
    const offer = await connection.createOffer();
    let answer = answerTo(offer!.sdp);
    for (let changes = 1 + random(4); changes > 0; changes -= 1) answer = mutate(answer, random);
    try {
      await connection.acceptAnswer(answer);
      taken += 1;
    } catch (error) {
      assertTyped(error, answer);
      assert.equal(connection.pendingOffer, offer, 'a refused answer changes nothing');
      await connection.acceptAnswer(answerTo(offer!.sdp));
      refused += 1;
    }
    connection.close();
  }
  assert.ok(taken > 10 && refused > 10, `${taken} taken, ${refused} refused`);
});

test('lines made to cost time cost little', () => {
  const hostile = [
    `a=fmtp:96 ${';'.repeat(16_000)}`,
    `a=rid:a send ${'x=;'.repeat(5_000)}`,
    `a=simulcast:send ${'a,'.repeat(8_000)}`,
    `a=ssrc-group:SIM${' 1'.repeat(8_000)}`,
    `a=fingerprint:sha-256 ${'AA:'.repeat(5_000)}`,
    `a=extmap:1 ${'a '.repeat(8_000)}`,
    `m=video 9 UDP/TLS/RTP/SAVPF${' 96'.repeat(5_000)}`,
    `a=group:${'BUNDLE '.repeat(2_000)}`,
  ];
  // What takes long here ends in the runner's time limit.
  const outcomes = hostile.map((line) => {
    try {
      return parseRemoteSession(`${smallOffer()}${`${line}\r\n`.repeat(50)}`).media.length;
    } catch (error) {
      assertTyped(error, line);
      return (error as SdpError).reason;
    }
  });
  assert.equal(outcomes.filter((outcome) => typeof outcome === 'string').length, 3, outcomes.join('; '));
});
