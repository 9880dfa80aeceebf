#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { ConfigError, loadConfig, startService } from './service.ts';

/** Settings that cannot be used, as the worker has it. */
const ExitWrongSettings = 42;

async function main(): Promise<void> {
  const config = loadConfig();
  if (!existsSync(config.workers.bin)) {
    throw new ConfigError(
      `MEDIASOUP_WORKER_BIN: no worker at ${config.workers.bin}; \`npm run build\` in the repository makes one`,
    );
  }
  const service = await startService(config);
  console.log(`The gateway is up: ${service.url}`);
  let stopping = false;
  const stop = (how: () => Promise<void>): void => {
    if (stopping) process.exit(1);
    stopping = true;
    how().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', () => stop(service.drain));
  process.on('SIGINT', () => stop(service.close));
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? `The gateway cannot start: ${error.message}` : error);
  process.exit(error instanceof ConfigError ? ExitWrongSettings : 1);
});
