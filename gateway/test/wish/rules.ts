import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, type Answer, type Ask } from '../support/http.ts';
import { startTestService, writeConfig } from '../support/service.ts';
import { Fragment, fragment, parse, patch, Sdp, sessionOf, whip } from '../support/wish.ts';

const Token = 'a-token-for-wish';

interface Protocol {
  name: string;
  endpoint: string;
  post(url: string, path?: string, options?: Ask): Promise<Answer>;
  /** Direction of every m-section of the answer. */
  direction: string;
  /** Publishes first what the protocol needs to be there. */
  needsPublisher: boolean;
}

/** The rules that WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep-04) share, one test a rule. */
export function describeSharedRules({ name, endpoint, post, direction, needsPublisher }: Protocol): void {
  const start = async (context: Parameters<typeof startTestService>[0], env: Record<string, string> = {}): Promise<string> => {
    const { url } = await startTestService(context, env);
    if (needsPublisher) sessionOf(await whip(url, undefined, env['GATEWAY_TOKENS'] ? { token: Token } : {}));
    return url;
  };

  describe(`${name}: session set-up`, () => {
    test('201 with the answer as application/sdp, Location of the session and a strong ETag', async (context) => {
      const url = await start(context);
      const answer = await post(url);
      const { path, etag } = sessionOf(answer);
      assert.match(answer.type, /^application\/sdp/);
      assert.match(path, new RegExp(`^/api/${name.toLowerCase()}-sessions/[0-9a-f-]{36}$`));
      assert.match(etag, /^"[^"]+"$/);
    });

    test('the answer: full list of candidates, BUNDLE, rtcp-mux-only, passive, one direction', async (context) => {
      const url = await start(context);
      const { sdp } = sessionOf(await post(url));
      const { media, groups } = parse(sdp);
      assert.deepEqual(groups, [{ type: 'BUNDLE', mids: 'a v' }]);
      for (const section of media) {
        assert.equal(section.direction, direction);
        assert.equal(section.setup, 'passive');
        assert.ok(section.candidates!.length >= 2);
        assert.equal(section.endOfCandidates, 'end-of-candidates');
      }
      assert.equal(sdp.match(/^a=rtcp-mux-only\r$/gm)?.length, media.length);
      assert.match(sdp, /^a=ice-options:trickle ice2\r$/m);
    });

    test('session URLs cannot be guessed: no two share more than the path', async (context) => {
      const url = await start(context);
      const [one, two] = [sessionOf(await post(url)).path, sessionOf(await post(url)).path];
      assert.notEqual(one, two);
    });

    test('another media type: 415', async (context) => {
      const url = await start(context);
      for (const type of ['text/plain', 'application/json', Fragment]) {
        const { status, type: answered } = await post(url, undefined, { type, body: '{}' });
        assert.ok(status === 415, `${type} got ${status}`);
        assert.match(answered, /^application\/problem\+json/);
      }
    });

    test('malformed SDP: 400 naming the line', async (context) => {
      const url = await start(context);
      const { status, text } = await post(url, undefined, { body: 'v=0\r\nnonsense\r\n' });
      assert.equal(status, 400);
      assert.equal((JSON.parse(text) as { line: number }).line, 2);
    });

    test('an empty body: 400', async (context) => {
      const url = await start(context);
      assert.equal((await post(url, undefined, { body: '' })).status, 400);
    });

    test('a body over the limit: 413', async (context) => {
      const url = await start(context, { GATEWAY_MAX_BODY_BYTES: '4096' });
      assert.equal((await post(url, undefined, { body: 'x'.repeat(5000) })).status, 413);
    });

    test('a room that is full: 503 with Retry-After', async (context) => {
      const url = await start(context, { GATEWAY_MAX_USERS: needsPublisher ? '2' : '1' });
      sessionOf(await post(url));
      const { status, headers } = await post(url);
      assert.equal(status, 503);
      assert.ok(Number(headers.get('retry-after')) > 0);
    });

    test('while the service drains: 503 with Retry-After', async (context) => {
      const service = await startTestService(context, { GATEWAY_DRAIN_SECONDS: '600' });
      sessionOf(await whip(service.url));
      void service.drain();
      const { status, headers } = await post(service.url);
      assert.equal(status, 503);
      assert.ok(Number(headers.get('retry-after')) > 0);
    });

    test('a name that is no room: 400', async (context) => {
      const url = await start(context);
      assert.equal((await post(url, endpoint.replace('r1', 'a%20b'))).status, 400);
    });
  });

  describe(`${name}: HTTP`, () => {
    test('GET of endpoint and session: 2xx without content', async (context) => {
      const url = await start(context);
      const { path } = sessionOf(await post(url));
      for (const resource of [endpoint, path]) {
        const { status, text } = await ask(url, resource);
        assert.ok(status === 200 || status === 204);
        assert.equal(text, '');
      }
    });

    test('OPTIONS of the endpoint: 200 with Accept-Post', async (context) => {
      const url = await start(context);
      const { status, headers } = await ask(url, endpoint, { method: 'OPTIONS' });
      assert.equal(status, 200);
      assert.equal(headers.get('accept-post'), Sdp);
    });

    test('OPTIONS of the session: 200 with Accept-Patch', async (context) => {
      const url = await start(context);
      const { path } = sessionOf(await post(url));
      const { status, headers } = await ask(url, path, { method: 'OPTIONS' });
      assert.equal(status, 200);
      assert.match(headers.get('accept-patch') ?? '', /application\/trickle-ice-sdpfrag/);
    });

    test('other methods: 405 with Allow', async (context) => {
      const url = await start(context);
      const { path } = sessionOf(await post(url));
      for (const [resource, method] of [[endpoint, 'PUT'], [endpoint, 'DELETE'], [endpoint, 'PATCH'], [path, 'POST'], [path, 'PUT']] as const) {
        const { status, headers } = await ask(url, resource, { method, type: Sdp, body: 'v=0' });
        assert.equal(status, 405, `${method} ${resource}`);
        assert.match(headers.get('allow') ?? '', /OPTIONS/);
      }
    });

    test('CORS preflight of a friend: what it may send and read', async (context) => {
      const url = await start(context, { GATEWAY_ALLOWED_ORIGINS: 'https://friend.example' });
      const headers = { origin: 'https://friend.example', 'access-control-request-method': 'POST' };
      const preflight = await ask(url, endpoint, { method: 'OPTIONS', headers });
      assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://friend.example');
      assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /POST.*PATCH.*DELETE/);
      assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Authorization.*Content-Type.*If-Match/);
      assert.equal(preflight.headers.get('vary'), 'Origin');
      const answer = await post(url, undefined, { headers: { origin: 'https://friend.example' } });
      assert.match(answer.headers.get('access-control-expose-headers') ?? '', /Location.*ETag.*Link/);
    });

    test('CORS of a stranger: 403, nothing allowed', async (context) => {
      const url = await start(context);
      const answer = await post(url, undefined, { headers: { origin: 'https://stranger.example' } });
      assert.equal(answer.status, 403);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    });
  });

  describe(`${name}: bearer tokens`, () => {
    const env = { GATEWAY_TOKENS: Token };

    test('POST, PATCH, GET and DELETE without one: 401 with a challenge, and nothing happened', async (context) => {
      const url = await start(context, env);
      const { path, etag } = sessionOf(await post(url, undefined, { token: Token }));
      const answers = [
        await post(url),
        await patch(url, path, fragment(), etag),
        await ask(url, path),
        await ask(url, path, { method: 'DELETE' }),
        await ask(url, endpoint),
      ];
      for (const { status, headers, type } of answers) {
        assert.equal(status, 401);
        assert.match(headers.get('www-authenticate') ?? '', /^Bearer /);
        assert.match(type, /^application\/problem\+json/);
      }
      assert.equal((await ask(url, path, { token: Token })).status, 204, 'the session is still there');
    });

    test('a wrong one: 401, before the body is looked at', async (context) => {
      const url = await start(context, env);
      const { status } = await post(url, undefined, { token: 'not-the-token', body: 'x'.repeat(2_000_000) });
      assert.equal(status, 401);
    });

    test('a session that does not exist is not told from one without a token', async (context) => {
      const url = await start(context, env);
      assert.equal((await ask(url, `/api/${name.toLowerCase()}-sessions/6b5b1e2c-93d1-4b52-8bb7-08e1f9ad0000`)).status, 401);
    });

    test('OPTIONS needs none', async (context) => {
      const url = await start(context, env);
      assert.equal((await ask(url, endpoint, { method: 'OPTIONS' })).status, 200);
    });
  });

  describe(`${name}: trickle ICE`, () => {
    test('candidates with the ETag: 204 without body and without ETag', async (context) => {
      const url = await start(context);
      const { path, etag } = sessionOf(await post(url));
      const { status, text, headers } = await patch(url, path, fragment({ extra: ['a=end-of-candidates'] }), etag);
      assert.deepEqual([status, text, headers.get('etag')], [204, '', null]);
    });

    test('candidates of unknown transports and names are passed over', async (context) => {
      const url = await start(context);
      const { path, etag } = sessionOf(await post(url));
      const extra = [
        'a=candidate:1 1 carrier-pigeon 1 192.0.2.1 9 typ host',
        'a=candidate:2 1 udp 1 6f2c.local 9 typ host',
        'a=candidate:3 1 udp 1 does-not-exist.invalid 9 typ host',
      ];
      assert.equal((await patch(url, path, fragment({ extra }), etag)).status, 204);
    });

    test('without If-Match: 428', async (context) => {
      const url = await start(context);
      const { path } = sessionOf(await post(url));
      assert.equal((await patch(url, path, fragment())).status, 428);
    });

    test('with another ETag, or a weak one: 412', async (context) => {
      const url = await start(context);
      const { path, etag } = sessionOf(await post(url));
      for (const tag of ['"other"', `W/${etag}`, etag.slice(1, -1)]) {
        assert.equal((await patch(url, path, fragment(), tag)).status, 412, tag);
      }
    });

    test('the ETag among others of a list holds', async (context) => {
      const url = await start(context);
      const { path, etag } = sessionOf(await post(url));
      assert.equal((await patch(url, path, fragment(), `"other", ${etag}`)).status, 204);
    });

    test('another media type: 415', async (context) => {
      const url = await start(context);
      const { path, etag } = sessionOf(await post(url));
      assert.equal((await patch(url, path, fragment(), etag, { type: 'text/plain' })).status, 415);
    });

    test('malformed fragments: 400, and the session lives', async (context) => {
      const url = await start(context);
      const { path, etag } = sessionOf(await post(url));
      const bad = [
        '',
        'candidates please',
        fragment().replace(/a=ice-ufrag.*\r\n/, ''),
        fragment().replace(/a=ice-pwd.*\r\n/, ''),
        fragment({ ufrag: 'x' }),
        fragment({ pwd: 'short' }),
        fragment({ mid: 'nowhere' }),
        fragment().replace('a=mid:a\r\n', ''),
        fragment({ extra: ['a=candidate:broken'] }),
        fragment({ extra: ['a=ice-ufrag:other'] }),
        fragment().replace('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'm=audio'),
        `${fragment()}\r\n\r\na=x`,
      ];
      for (const body of bad) assert.equal((await patch(url, path, body, etag)).status, 400, JSON.stringify(body.slice(0, 80)));
      assert.equal((await patch(url, path, fragment(), etag)).status, 204);
    });
  });

  describe(`${name}: ICE restart`, () => {
    const renewed = fragment({ ufrag: 'ysXw', pwd: 'vw5LmwG4y/e6dPP/zAP9Gp5k' });

    test('new credentials with If-Match "*": 200, our new credentials, a new ETag', async (context) => {
      const url = await start(context);
      const { path, etag, sdp } = sessionOf(await post(url));
      const { status, type, text, headers } = await patch(url, path, renewed, '*');
      assert.equal(status, 200);
      assert.match(type, /^application\/trickle-ice-sdpfrag/);
      assert.match(headers.get('etag') ?? '', /^"[^"]+"$/);
      assert.notEqual(headers.get('etag'), etag);
      const before = parse(sdp).media[0]!;
      const line = (name: string): string => new RegExp(`^a=${name}:(.*)\r$`, 'm').exec(text)![1]!;
      assert.notEqual(line('ice-ufrag'), before.iceUfrag);
      assert.notEqual(line('ice-pwd'), before.icePwd);
      assert.equal(line('mid'), 'a');
      assert.equal(line('group'), 'BUNDLE a v');
      assert.equal(text.match(/^a=candidate:/gm)?.length, before.candidates?.length);
    });

    test('the fragment has the ICE attributes of the answer', async (context) => {
      const url = await start(context);
      const { path, sdp } = sessionOf(await post(url));
      const { text } = await patch(url, path, renewed, '*');
      for (const attribute of [/^a=ice-lite\r$/m, /^a=ice-options:trickle ice2\r$/m]) {
        assert.match(sdp, attribute);
        assert.match(text, attribute);
      }
    });

    test('candidates that come late, with the ETag before the restart: 412', async (context) => {
      const url = await start(context);
      const { path, etag } = sessionOf(await post(url));
      const restarted = await patch(url, path, renewed, '*');
      assert.equal((await patch(url, path, fragment(), etag)).status, 412);
      assert.equal((await patch(url, path, renewed, restarted.headers.get('etag')!)).status, 204);
    });

    test('restarts that overlap are done one after another, each with an ETag of its own', async (context) => {
      const url = await start(context);
      const { path } = sessionOf(await post(url));
      const names = ['aaaa', 'bbbb', 'cccc'];
      const answers = await Promise.all(names.map((ufrag) => patch(url, path, fragment({ ufrag }), '*')));
      assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200]);
      assert.equal(new Set(answers.map(({ headers }) => headers.get('etag'))).size, 3);
    });

    test('without If-Match: 428, and the ICE session stays', async (context) => {
      const url = await start(context);
      const { path, etag } = sessionOf(await post(url));
      assert.equal((await patch(url, path, renewed)).status, 428);
      assert.equal((await patch(url, path, fragment(), etag)).status, 204);
    });
  });

  describe(`${name}: termination`, () => {
    test('DELETE: 200, whatever the If-Match; then the session is not there', async (context) => {
      const url = await start(context);
      const { path } = sessionOf(await post(url));
      assert.equal((await ask(url, path, { method: 'DELETE', headers: { 'if-match': '"other"' } })).status, 200);
      for (const method of ['DELETE', 'GET']) assert.equal((await ask(url, path, { method })).status, 404);
      assert.equal((await patch(url, path, fragment(), '*')).status, 404);
    });

    test('a session that never was: 404; one that cannot be: 400', async (context) => {
      const url = await start(context);
      const base = `/api/${name.toLowerCase()}-sessions/`;
      assert.equal((await ask(url, `${base}6b5b1e2c-93d1-4b52-8bb7-08e1f9ad0000`, { method: 'DELETE' })).status, 404);
      assert.equal((await ask(url, `${base}..%2f`, { method: 'DELETE' })).status, 400);
    });
  });

  describe(`${name}: STUN and TURN servers`, () => {
    const yaml = 'rtc:\n  iceServers:\n    - url: stun:stun.example.net\n    - url: turn:turn.example.net?transport=udp\n      username: user\n      credential: pass"word\n';

    test('come as Link headers with 201 and, to who has the token, with OPTIONS', async (context) => {
      const url = await start(context, { GATEWAY_CONFIG: writeConfig(yaml), GATEWAY_TOKENS: Token });
      const links =
        '<stun:stun.example.net>; rel="ice-server", ' +
        '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="pass\\"word"; credential-type="password"';
      assert.equal((await post(url, undefined, { token: Token })).headers.get('link'), links);
      assert.equal((await ask(url, endpoint, { method: 'OPTIONS', token: Token })).headers.get('link'), links);
    });

    test('do not come with a preflight, nor without the token', async (context) => {
      const url = await start(context, { GATEWAY_CONFIG: writeConfig(yaml), GATEWAY_TOKENS: Token });
      const headers = { 'access-control-request-method': 'POST' };
      assert.equal((await ask(url, endpoint, { method: 'OPTIONS', token: Token, headers })).headers.get('link'), null);
      assert.equal((await ask(url, endpoint, { method: 'OPTIONS' })).headers.get('link'), null);
    });
  });
}
