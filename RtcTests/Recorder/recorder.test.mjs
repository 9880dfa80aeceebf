// Holds what the worker says in every scenario against what it said when expected/ was written. Those files are our own
// worker's words; the differences from the original that they hold are named in docs/compatibility.md.
//
//   node --test RtcTests/Recorder/recorder.test.mjs
//   UPDATE_RECORDS=1 node --test RtcTests/Recorder/recorder.test.mjs     writes expected/ anew
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unlessStolen } from '../stolen-time.mjs';
import { recordScenario, scenarioFiles, scenariosOf } from './record.mjs';
import { Event, Method } from './tap.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const workerBin = process.env.MEDIASOUP_WORKER_BIN ?? join(root, 'dist', 'mediasoup-worker');
const isUpdate = process.env.UPDATE_RECORDS === '1';

const fileOf = (file) => join(here, 'expected', `${file}.txt`);

/** The scenarios of an expected file: text by name. */
function expectedOf(file) {
  if (!existsSync(fileOf(file))) return new Map();
  const parts = readFileSync(fileOf(file), 'utf8').split(/^(?=== )/m);
  return new Map(parts.map((text) => [/^== (.*) ==/.exec(text)[1], text.trimEnd()]));
}

const heard = { methods: new Set(), events: new Set() };

function listen(text) {
  for (const [, method] of text.matchAll(/^= (\w+)/gm)) heard.methods.add(method);
  for (const [, event] of text.matchAll(/^! (\w+)/gm)) heard.events.add(event);
}

for (const file of scenarioFiles()) {
  const expected = expectedOf(file);
  const recorded = [];
  for (const [name, scenario] of await scenariosOf(file)) {
    test(`${file}: ${name}`, { timeout: 120_000 }, unlessStolen(async () => {
      const text = (await recordScenario(workerBin, name, scenario)).trimEnd();
      recorded.push(text);
      listen(text);
      assert.doesNotMatch(text, /^!! /m);
      if (!isUpdate) assert.equal(text, expected.get(name));
    }));
  }
  test(`${file}: nothing else is expected`, async () => {
    if (isUpdate) {
      mkdirSync(dirname(fileOf(file)), { recursive: true });
      writeFileSync(fileOf(file), recorded.join('\n\n') + '\n');
    }
    const names = (await scenariosOf(file)).map(([name]) => name);
    assert.deepEqual([...expectedOf(file).keys()], names);
  });
}

/** What a worker does not say in a scenario: no transport takes it, Node is told at the start, or Node tells it. */
const elsewhere = new Set([
  'TRANSPORT_CONNECT', 'WORKER_RUNNING', 'WORKER_CLOSE', 'TRANSPORT_SEND_RTCP', 'PRODUCER_SEND', 'DATAPRODUCER_SEND',
]);

test('every request and notification is in a scenario', () => {
  const names = (values) => Object.keys(values).filter((key) => Number.isNaN(Number(key)) && !elsewhere.has(key));
  assert.deepEqual(names(Method).filter((name) => !heard.methods.has(name)), []);
  assert.deepEqual(names(Event).filter((name) => !heard.events.has(name)), []);
});
