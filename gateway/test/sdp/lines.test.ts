import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseRemoteSession, SdpError } from '../../src/sdp/index.ts';
import { lineNumber, smallOffer } from '../support/sdp.ts';

function errorOf(sdp: string): SdpError {
  try {
    parseRemoteSession(sdp);
  } catch (error) {
    assert.ok(error instanceof SdpError, `${String(error)} is an SdpError`);
    return error;
  }
  assert.fail('parsed');
}

describe('a malformed SDP is refused with the line named', () => {
  const cases: { what: string; from: string; to: string; at?: string }[] = [
    { what: 'no version', from: 'v=0', to: 'v=1' },
    { what: 'a line without =', from: 'c=IN IP4 0.0.0.0', to: 'garbage' },
    { what: 'an m-line without formats', from: 'm=video 9 UDP/TLS/RTP/SAVPF 96 97', to: 'm=video 9 UDP/TLS/RTP/SAVPF' },
    { what: 'a payload type that is no number', from: 'SAVPF 111', to: 'SAVPF opus' },
    { what: 'a payload type above 127', from: 'SAVPF 111', to: 'SAVPF 300' },
    { what: 'a broken rtpmap', from: 'a=rtpmap:96 VP8/90000', to: 'a=rtpmap:96 VP8' },
    { what: 'rtx without apt', from: 'a=fmtp:97 apt=96', to: 'a=fmtp:97 nothing=1', at: 'a=rtpmap:97' },
    { what: 'a broken fingerprint', from: 'a=fingerprint:sha-256 ', to: 'a=fingerprint:sha-256 zz:' },
    { what: 'an unknown hash only', from: 'a=fingerprint:sha-256 ', to: 'a=fingerprint:md5 ' },
    { what: 'a broken setup', from: 'a=setup:actpass', to: 'a=setup:sometimes' },
    { what: 'a short ICE password', from: `a=ice-pwd:${'w'.repeat(24)}`, to: 'a=ice-pwd:short' },
    { what: 'no ICE password', from: `a=ice-pwd:${'w'.repeat(24)}`, to: 'a=x-nothing', at: 'm=audio' },
    { what: 'a repeated mid', from: 'a=mid:v', to: 'a=mid:a' },
    { what: 'an m-section outside the bundle', from: 'BUNDLE a v', to: 'BUNDLE a', at: 'a=mid:v' },
    { what: 'no bundle', from: 'a=group:BUNDLE a v', to: 'a=x-nothing', at: 'v=0' },
    { what: 'no DTLS', from: 'm=audio 9 UDP/TLS/RTP/SAVPF', to: 'm=audio 9 RTP/AVP' },
    { what: 'an SSRC beyond 32 bits', from: 'a=ssrc:1001', to: 'a=ssrc:4294967296' },
    { what: 'an SSRC of two m-sections', from: 'a=ssrc-group:FID 2001 2002', to: 'a=ssrc:1001 cname:someone' },
    { what: 'an ice-lite peer', from: 't=0 0', to: 't=0 0\r\na=ice-lite', at: 'a=ice-lite' },
    { what: 'a header extension id 0', from: 'a=extmap:3', to: 'a=extmap:0' },
  ];
  for (const { what, from, to, at } of cases) {
    test(what, () => {
      const sdp = smallOffer().replace(from, to);
      assert.notEqual(sdp, smallOffer());
      const error = errorOf(sdp);
      const expected = at ? lineNumber(sdp, at) : lineNumber(smallOffer(), from);
      assert.equal(error.lineNumber, expected, error.message);
      assert.match(error.message, new RegExp(`^SDP line ${expected}: `));
    });
  }

  test('no rtcp-mux', () => {
    const sdp = smallOffer().replaceAll('a=rtcp-mux\r\n', '');
    assert.equal(errorOf(sdp).lineNumber, lineNumber(sdp, 'm=audio'));
  });

  const simulcastCases = {
    'simulcast of an undeclared rid': ['a=rid:lo send', 'a=simulcast:send hi'],
    'simulcast that names a rid twice': ['a=rid:hi send', 'a=simulcast:send hi;hi'],
    'more layers than any encoder makes': [
      ...Array.from({ length: 9 }, (_, index) => `a=rid:${index} send`),
      'a=simulcast:send 0;1;2;3;4;5;6;7;8',
    ],
  };
  for (const [what, lines] of Object.entries(simulcastCases)) {
    test(what, () => {
      const sdp = `${smallOffer()}${lines.join('\r\n')}\r\n`;
      assert.equal(errorOf(sdp).lineNumber, lineNumber(sdp, 'a=simulcast'));
    });
  }

  test('a rid declared twice', () => {
    const sdp = `${smallOffer()}a=rid:hi send\r\na=rid:hi send pt=96\r\na=simulcast:send hi\r\n`;
    assert.equal(errorOf(sdp).lineNumber, lineNumber(sdp, 'a=rid:hi send pt'));
  });

  for (const [what, line, at] of [
    ['no SCTP port', 'a=x-nothing', 'm=application'],
    ['an SCTP port that is not served', 'a=sctp-port:5001', 'a=sctp-port'],
    ['a broken SCTP port', 'a=sctp-port:high', 'a=sctp-port'],
    ['a broken message size', 'a=sctp-port:5000\r\na=max-message-size:-1', 'a=max-message-size'],
  ] as const) {
    test(what, () => {
      const head = smallOffer().replace('BUNDLE a v', 'BUNDLE a v d');
      const sdp = `${head}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\n${line}\r\n`;
      assert.equal(errorOf(sdp).lineNumber, lineNumber(sdp, at));
    });
  }
});

test('every truncation parses or names a line', () => {
  const whole = smallOffer();
  let refused = 0;
  for (let length = 0; length < whole.length; length += 1) {
    try {
      parseRemoteSession(whole.slice(0, length));
    } catch (error) {
      assert.ok(error instanceof SdpError, `${length}: ${String(error)}`);
      refused += 1;
    }
  }
  assert.ok(refused > 100);
});

test('every changed character parses or names a line', () => {
  const whole = smallOffer();
  for (let index = 0; index < whole.length; index += 1) {
    for (const replacement of ['\u0000', '9', '\n']) {
      try {
        parseRemoteSession(whole.slice(0, index) + replacement + whole.slice(index + 1));
      } catch (error) {
        assert.ok(error instanceof SdpError, `${index}: ${String(error)}`);
      }
    }
  }
});

test('bounds hold', () => {
  const limits = { maxLength: 10_000, maxSections: 2, maxLineLength: 150 };
  assert.throws(() => parseRemoteSession(smallOffer() + 'a=x\r\n'.repeat(3000), limits), SdpError);
  assert.throws(() => parseRemoteSession(`${smallOffer()}a=${'x'.repeat(200)}\r\n`, limits), /line too long/);
  assert.throws(() => parseRemoteSession(`${smallOffer()}m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n`, limits), /too many/);
  assert.equal(parseRemoteSession(smallOffer(), limits).media.length, 2);
});
