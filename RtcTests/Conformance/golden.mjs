// Node's side of the golden tests: messages packed and unpacked by the code that npm mediasoup ships for itself.
//
//   node golden.mjs PACKAGE_FOLDER < {"pack": [MESSAGE...], "unpack": [BASE64...]}
//   prints {"packed": [BASE64...], "unpacked": [MESSAGE...]}
//
// A MESSAGE is what unpack() gives, every number as text so that 64 bits survive; to be packed, its values say what
// they are (see revive). Frames have their size prefix.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';

const folder = process.argv[2];
const require = createRequire(join(folder, 'package.json'));
const flatbuffers = require('flatbuffers');
const modules = new Map();

function classOf(name) {
  const [, namespace, table] = name.split('.');
  const file = namespace.replace(/(?<=[a-z0-9])[A-Z]/g, (x) => '-' + x).toLowerCase();

  if (!modules.has(file)) {
    modules.set(file, require(join(folder, 'node', 'lib', 'fbs', file + '.js')));
  }

  return modules.get(file)[table + 'T'];
}

/** From a message to the objects that pack() wants: {"$text"}, {"$number"}, {"$big"}, {"$class", ...fields}. */
function revive(value) {
  if (Array.isArray(value)) {
    return value.map((x) => revive(x));
  }
  if (value === null || typeof value === 'boolean') {
    return value;
  }
  if (typeof value === 'object' && '$class' in value) {
    const object = new (classOf(value.$class))();

    for (const [key, field] of Object.entries(value)) {
      if (key !== '$class') {
        if (!(key in object)) {
          throw new Error(`${value.$class} has no ${key}`);
        }
        object[key] = revive(field);
      }
    }

    return object;
  }

  return value.$text ?? (value.$big !== undefined ? BigInt(value.$big) : Number(value.$number));
}

function plain(value) {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return value;
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    return String(value);
  }

  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

const { Message } = require(join(folder, 'node', 'lib', 'fbs', 'message.js'));
const input = JSON.parse(readFileSync(0, 'utf8'));

const packed = input.pack.map((message) => {
  const builder = new flatbuffers.Builder(256);

  builder.finishSizePrefixed(revive(message).pack(builder));

  return Buffer.from(builder.asUint8Array()).toString('base64');
});

const unpacked = input.unpack.map((frame) => {
  // What Channel.js does: skip the prefix, copy the payload.
  const payload = new Uint8Array(Buffer.from(frame, 'base64').subarray(4));
  const message = Message.getRootAsMessage(new flatbuffers.ByteBuffer(payload));

  return plain(message.unpack());
});

process.stdout.write(JSON.stringify({ packed, unpacked }));
