import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stolenShare, unlessStolen } from './stolen-time.mjs';

test('a failure on a host that takes nothing stays a failure', async () => {
  const skipped = [];
  const failing = unlessStolen(() => assert.fail('for a reason'));
  assert.equal(stolenShare([0, 0, 0, 0, 0, 0, 0, 0], [10, 0, 10, 60, 0, 0, 0, 20]), 0.2);
  await assert.rejects(failing({ skip: (reason) => skipped.push(reason) }), /for a reason/);
  assert.deepEqual(skipped, []);
});
