// STUN binding requests as a full ICE agent sends them to an ICE-lite one (RFC 8445 section 7.2.2).
import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

function attribute(type, value) {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}

function word(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/**
 * A binding request for an agent with those credentials. useCandidate nominates (RFC 8445), nomination is the counter of
 * draft-thatcher-ice-renomination.
 */
export function bindingRequest({ usernameFragment, password }, { useCandidate = false, nomination } = {}) {
  const attributes = [
    attribute(0x0006, Buffer.from(`${usernameFragment}:peer`)),
    attribute(0x0024, word(0x6e7f00ff)),
    attribute(0x802a, Buffer.alloc(8, 1)),
  ];
  if (useCandidate) attributes.push(attribute(0x0025, Buffer.alloc(0)));
  if (nomination !== undefined) attributes.push(attribute(0xc001, word(nomination)));
  const head = Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)]);
  let message = Buffer.concat([head, ...attributes]);
  message.writeUInt16BE(message.length - 20 + 24, 2);
  const mac = createHmac('sha1', password).update(message).digest();
  message = Buffer.concat([message, attribute(0x0008, mac)]);
  message.writeUInt16BE(message.length - 20 + 8, 2);
  return Buffer.concat([message, attribute(0x8028, word(crc32(message) ^ 0x5354554e))]);
}
