import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** What each part of the source may import besides itself. */
const allowed: Record<string, RegExp> = {
  sdp: /^(mediasoup(\/ortc)?|sdp-transform|node:(crypto|events))$/,
  rooms: /^(mediasoup|node:(crypto|events)|sdp\/index\.ts|config\.ts|workers\.ts)$/,
  http: /^(fastify|@fastify\/\w.*|ws|zod|node:(crypto|fs|http|https|tls|url)|(sdp|rooms|metrics)\/.*|config\.ts|workers\.ts)$/,
  wish: /^(fastify|mediasoup|zod|node:crypto|(sdp|rooms|http)\/.*|config\.ts)$/,
  whip: /^(fastify|mediasoup|zod|node:crypto|(sdp|rooms|http|wish)\/.*)$/,
  whep: /^(fastify|mediasoup|zod|node:crypto|(sdp|rooms|http|wish)\/.*|workers\.ts)$/,
  plain: /^(fastify|mediasoup|zod|node:(crypto|net)|(sdp|rooms|http|whep)\/.*|config\.ts)$/,
  metrics: /^(mediasoup|prom-client|rooms\/registry\.ts|workers\.ts)$/,
  config: /^(yaml|zod|node:(fs|os|url))$/,
  'index.ts': /^sdp\/index\.ts$/,
  'config.ts': /^(mediasoup|config\/.*)$/,
  'workers.ts': /^(mediasoup|node:events|config\.ts|sdp\/index\.ts|metrics\/inventory\.ts)$/,
};

test('the library knows no rooms, rooms know no HTTP', () => {
  const files = globSync('**/*.ts', { cwd: source });
  assert.ok(files.length > 20);
  const wrong: string[] = [];
  for (const file of files) {
    const part = file.split('/')[0]!;
    const rule = allowed[part];
    if (!rule) continue;
    for (const [, target = ''] of readFileSync(join(source, file), 'utf8').matchAll(/ from '([^']+)'/g)) {
      const name = target.startsWith('.') ? relative(source, join(source, dirname(file), target)) : target;
      if (!name.startsWith(`${part}/`) && !rule.test(name)) wrong.push(`${file} imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});
