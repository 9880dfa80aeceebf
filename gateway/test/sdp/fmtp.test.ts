import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFmtp, writeFmtp } from '../../src/sdp/fmtp.ts';

test('numbers become numbers, but for those that only look so', () => {
  assert.deepEqual(parseFmtp('minptime=10; useinbandfec=1;cbr'), { minptime: 10, useinbandfec: 1, cbr: '' });
  assert.deepEqual(parseFmtp('packetization-mode=1;profile-level-id=640033'), {
    'packetization-mode': 1,
    'profile-level-id': '640033',
  });
  assert.deepEqual(parseFmtp('channel_mapping=0,4,1;x=010;y=99999999999'), {
    channel_mapping: '0,4,1',
    x: '010',
    y: '99999999999',
  });
});

test('what was read is written as it was', () => {
  for (const text of ['minptime=10;useinbandfec=1', '0-15', 'profile-level-id=42e01f;packetization-mode=0', '']) {
    assert.equal(writeFmtp(parseFmtp(text)), text);
  }
});

test('what no SDP may hold is left out', () => {
  assert.deepEqual(parseFmtp('a=1;b=\u0007;\u00e9=2;__proto__=3; ;c=4'), { a: 1, c: 4 });
});
