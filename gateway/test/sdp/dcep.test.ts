import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOpen, writeAck, writeOpen, type ChannelParameters } from '../../src/sdp/dcep.ts';

/** RFC 8832 section 5.1, written out by hand: reliable and ordered, priority 256, label "chat", protocol "v1". */
const Chat = Buffer.from('03000100000000000004000263686174' + '7631', 'hex');

test('an opening is read and written as the RFC draws it', () => {
  const channel = { label: 'chat', protocol: 'v1', ordered: true };
  assert.deepEqual(parseOpen(Chat), channel);
  assert.deepEqual(writeOpen(channel), Chat);
  assert.deepEqual(writeAck(), Buffer.of(2));
});

test('every kind of channel survives the way there and back', () => {
  const channels: ChannelParameters[] = [
    { label: '', protocol: '', ordered: true },
    { label: 'z\u00fcrich \u{1f30d}', protocol: 'p', ordered: false },
    { label: 'a', protocol: '', ordered: true, maxRetransmits: 0 },
    { label: 'b', protocol: '', ordered: false, maxRetransmits: 7 },
    { label: 'c', protocol: '', ordered: false, maxPacketLifeTime: 150 },
    { label: 'x'.repeat(1024), protocol: 'y'.repeat(1024), ordered: true },
  ];
  for (const channel of channels) assert.deepEqual(parseOpen(writeOpen(channel)), channel);
});

test('what is no opening is none', () => {
  for (let length = 0; length < Chat.length; length += 1) assert.equal(parseOpen(Chat.subarray(0, length)), undefined);
  assert.equal(parseOpen(Buffer.concat([Chat, Buffer.of(0)])), undefined, 'too long');
  assert.equal(parseOpen(writeAck()), undefined);
  const change = (offset: number, value: number): Buffer => {
    const copy = Buffer.from(Chat);
    copy[offset] = value;
    return copy;
  };
  assert.equal(parseOpen(change(0, 4)), undefined, 'another message');
  assert.equal(parseOpen(change(1, 3)), undefined, 'an unknown kind of channel');
  assert.equal(parseOpen(change(12, 0xff)), undefined, 'not UTF-8');
  assert.equal(parseOpen(writeOpen({ label: 'x'.repeat(1025), protocol: '', ordered: true })), undefined, 'a long label');
});
