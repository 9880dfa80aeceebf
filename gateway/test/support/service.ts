import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, startService, type GatewayService, type ServiceOptions } from '../../src/service.ts';

/** Starts the service on a free port with quiet logs and the worker under test, and ends it with the test. */
export async function startTestService(
  context: { after: (fn: () => Promise<void>) => void },
  env: Record<string, string> = {},
  options: ServiceOptions = {},
): Promise<GatewayService> {
  const { MEDIASOUP_WORKER_BIN } = process.env;
  const service = await startService(
    loadConfig({ MEDIASOUP_WORKER_BIN, PORT: '0', GATEWAY_WORKERS: '1', GATEWAY_LOG_LEVEL: 'silent', ...env }),
    options,
  );
  context.after(() => service.close());
  return service;
}

/** Writes a configuration file and returns its path. */
export function writeConfig(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'gateway.yaml');
  writeFileSync(path, text);
  return path;
}
