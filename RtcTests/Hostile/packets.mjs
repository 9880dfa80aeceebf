// Packets that a worker must survive: noise, and things that look like what it expects with a few bytes changed.
import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A generator of 32-bit numbers that gives the same run for the same seed (xorshift32). */
export function seeded(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}

/** A STUN binding request (RFC 8489) that an ICE-lite agent with those credentials accepts. */
export function bindingRequest({ usernameFragment, password }) {
  const username = Buffer.from(`${usernameFragment}:peer`);
  const attribute = (type, value) => {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(type, 0);
    head.writeUInt16BE(value.length, 2);
    return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
  };
  const head = Buffer.concat([Buffer.from('000100002112a442', 'hex'), Buffer.from('hostile-test')]);
  const body = Buffer.concat([attribute(0x0006, username), attribute(0x0024, Buffer.from('6e7f00ff', 'hex'))]);
  const withLength = (message, extra) => {
    message.writeUInt16BE(message.length - 20 + extra, 2);
    return message;
  };
  let message = withLength(Buffer.concat([head, body]), 24);
  const mac = createHmac('sha1', password).update(message).digest();
  message = withLength(Buffer.concat([message, attribute(0x0008, mac)]), 8);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(message) ^ 0x5354554e) >>> 0);
  return Buffer.concat([message, attribute(0x8028, fingerprint)]);
}

const hex = (text) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** One of each kind of packet, to be mutated. */
export function templates(iceParameters, ssrc) {
  const rtp = Buffer.alloc(200, 0x5a);
  hex('90e4 0001 00000001').copy(rtp);
  rtp.writeUInt32BE(ssrc, 8);
  hex('bede 0002 10 61 22 112233 00 00').copy(rtp, 12);
  const report = (text) => {
    const packet = hex(text);
    packet.writeUInt32BE(ssrc, 4);
    return packet;
  };
  return [
    bindingRequest(iceParameters),
    // A DTLS 1.2 record with the head of a ClientHello, and an alert.
    hex('16 feff 0000 000000000000 0040 01 0000f4 0000 000000 000034 fefd' + '11'.repeat(64)),
    hex('15 fefd 0001 000000000001 0002 02 28'),
    rtp,
    report('80c80006 00000000 83aa7e80 00000000 00000001 00000002 00000003'),
    report('81c90007 00000000 00000001 00000000 00000000 00000000 00000000 00000000'),
    report('81cd0003 00000000 00000001 00010002'),
    report('8fcd0005 00000000 00000001 0001 0002 000001 00 2002 0101'),
    report('81ce0002 00000000 00000001'),
    report('80cf0003 00000000 04000002 83aa7e80 00000000'),
    // SCTP INIT on ports 5000.
    hex('1388 1388 00000000 00000000 0100 0014 11223344 00020000 ffff ffff 00000001'),
  ];
}

/** A packet: one in eight is noise, the others are templates with up to five changes. */
export function mutate(random, kinds) {
  if (random() % 8 === 0) {
    const noise = Buffer.allocUnsafe(random() % 1400);
    for (let i = 0; i < noise.length; i++) noise[i] = random();
    return noise;
  }
  const packet = Buffer.from(kinds[random() % kinds.length]);
  for (let changes = random() % 6; changes > 0; changes--) packet[random() % packet.length] = random();
  return random() % 10 === 0 ? packet.subarray(0, random() % (packet.length + 1)) : packet;
}
