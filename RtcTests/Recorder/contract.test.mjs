// docs/compatibility.md names every request and every notification of the contract once, and nothing else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (...path) => readFileSync(join(root, ...path), 'utf8');

/** Names of an enumeration in a schema. */
function names(schema, enumeration) {
  const [, body] = new RegExp(`^enum ${enumeration}[^{]*\\{([^}]*)\\}`, 'm').exec(schema);
  return body
    .replace(/\/\/.*$|\([^)]*\)/gm, '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Names in the first cells of the table under a heading. */
function tabled(heading) {
  const section = read('docs', 'compatibility.md').split(/^## /m).find((text) => text.startsWith(heading));
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...row.split('|')[1].matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name));
}

for (const [heading, file, enumeration] of [
  ['Requests', 'request.fbs', 'Method'],
  ['Notifications', 'notification.fbs', 'Event'],
]) {
  test(`${heading} in docs/compatibility.md are those of ${file}`, () => {
    assert.deepEqual(tabled(heading).sort(), names(read('fbs', file), enumeration).sort());
  });
}
