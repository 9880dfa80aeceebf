import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asksForKeyFrame, firstPacket, reportSender, StreamRewriter } from '../../src/whep/rewriter.ts';

function rtp(sequence: number, timestamp: number, ssrc = 7): Buffer {
  const packet = Buffer.alloc(20, 1);
  packet[0] = 0x80;
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

const fields = (packet: Buffer): number[] => [packet.readUInt16BE(2), packet.readUInt32BE(4), packet.readUInt32BE(8)];

function through(rewriter: StreamRewriter, packet: Buffer, nowMs: number): number[] {
  rewriter.rewrite(packet, nowMs);
  return fields(packet);
}

test('the first stream keeps its numbers under the new SSRC, gaps too', () => {
  const rewriter = new StreamRewriter(99, 90_000);
  assert.deepEqual(through(rewriter, rtp(10, 1000), 0), [10, 1000, 99]);
  assert.deepEqual(through(rewriter, rtp(12, 4000), 33), [12, 4000, 99]);
});

test('the next stream goes on where the last ended, at the clock rate', () => {
  const rewriter = new StreamRewriter(99, 90_000);
  through(rewriter, rtp(10, 1000), 0);
  rewriter.change();
  assert.deepEqual(through(rewriter, rtp(5000, 777), 100), [11, 1000 + 9000, 99]);
  assert.deepEqual(through(rewriter, rtp(5002, 777 + 3000), 133), [13, 1000 + 12_000, 99]);
});

test('a late packet does not turn the numbers back', () => {
  const rewriter = new StreamRewriter(99, 48_000);
  through(rewriter, rtp(10, 1000), 0);
  through(rewriter, rtp(12, 2920), 40);
  through(rewriter, rtp(11, 1960), 41);
  rewriter.change();
  assert.deepEqual(through(rewriter, rtp(500, 0), 60), [13, 2920 + 960, 99]);
});

test('sequence numbers and timestamps wrap', () => {
  const rewriter = new StreamRewriter(99, 90_000);
  through(rewriter, rtp(0xffff, 0xffff_fff0), 0);
  rewriter.change();
  assert.deepEqual(through(rewriter, rtp(3, 3), 1), [0, (0xffff_fff0 + 90) % 2 ** 32, 99]);
});

test('a sender report follows its stream, and what is not one does not', () => {
  const rewriter = new StreamRewriter(99, 90_000);
  const report = Buffer.alloc(28 + 8);
  report.set([0x80, 200, 0, 6]);
  report.writeUInt32BE(7, 4);
  report.writeUInt32BE(777, 16);
  report.set([0x81, 202, 0, 1], 28);
  assert.equal(rewriter.rewriteReport(Buffer.from(report)), false, 'not before media');
  through(rewriter, rtp(10, 1000), 0);
  rewriter.change();
  through(rewriter, rtp(20, 777), 100);
  assert.equal(reportSender(report), 7);
  const first = firstPacket(report);
  assert.equal(first.length, 28);
  assert.equal(rewriter.rewriteReport(first), true);
  assert.deepEqual([first.readUInt32BE(4), first.readUInt32BE(16)], [99, 10_000]);
  assert.equal(rewriter.rewriteReport(Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0])), false);
});

test('PLI and FIR ask for a key frame, wherever they are in the compound; others and stumps do not', () => {
  const receiverReport = [0x80, 201, 0, 1, 0, 0, 0, 1];
  const pli = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
  const fir = [0x84, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0];
  assert.ok(asksForKeyFrame(Buffer.from(pli)));
  assert.ok(asksForKeyFrame(Buffer.from([...receiverReport, ...pli])));
  assert.ok(asksForKeyFrame(Buffer.from([...receiverReport, ...fir])));
  assert.ok(!asksForKeyFrame(Buffer.from(receiverReport)));
  assert.ok(!asksForKeyFrame(Buffer.from([0x8f, ...pli.slice(1)])));
  for (let length = 0; length < 4; length += 1) assert.ok(!asksForKeyFrame(Buffer.from(pli.slice(0, length))));
});
