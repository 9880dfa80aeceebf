// Debian's Chromium as tests want it, with the flags of the gateway's tests, and a page to open in it.
import { once } from 'node:events';
import { createServer } from 'node:http';

export { launchChromium, skipWithoutChromium } from '../../gateway/test/support/chromium.ts';

/** Serves an empty page, and scripts by path, on loopback: pages of no address may not open peer connections. */
export async function servePage(scripts = {}) {
  const server = createServer((request, response) => {
    const script = scripts[request.url];
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ?? '<!doctype html><title>peer</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
