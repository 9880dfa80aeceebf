import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlessStolen } from './stolen-time.mjs';

const fail = () => assert.fail('for a reason');
const start = [0, 0, 0, 0, 0, 0, 0, 0];

function reader(end) {
  const readings = [start, end];
  return () => readings.shift();
}

test('a failure on a host that takes little stays a failure', async () => {
  const measure = unlessStolen(fail, reader([10, 0, 10, 71, 0, 0, 0, 9]));
  await assert.rejects(measure({ skip: () => assert.fail('skipped') }), /for a reason/);
});

test('a failure on a host that takes much is skipped with both reasons', async () => {
  const reasons = [];
  await unlessStolen(fail, reader([10, 0, 10, 60, 0, 0, 0, 20]))({ skip: (reason) => reasons.push(reason) });
  assert.deepEqual(reasons, ["the host took 20 % of the processors' time: for a reason"]);
});
