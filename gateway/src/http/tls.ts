import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ConfigError, type GatewayConfig } from '../config.ts';

/** How often the files are looked at. Polling also sees files that are replaced or are links to others. */
const PollMs = 500;

type TlsFiles = NonNullable<GatewayConfig['http']['tls']>;

/**
 * Reads certificate chain and private key (PEM).
 * @throws ConfigError naming what cannot be used
 */
export function readCertificate(files: TlsFiles): { cert: Buffer; key: Buffer } {
  const read = (key: 'cert' | 'key'): Buffer => {
    try {
      return readFileSync(files[key]);
    } catch (error) {
      throw new ConfigError(`http.tls.${key}: ${(error as Error).message}`);
    }
  };
  const pair = { cert: read('cert'), key: read('key') };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new ConfigError(`http.tls: certificate and key cannot be used: ${(error as Error).message}`);
  }
  return pair;
}

/**
 * Takes over a new certificate as soon as its files change; open connections keep theirs. What cannot be used, as when only
 * one of the two files is written yet, is reported and the old one stays.
 * @returns ends the watching
 */
export function watchCertificate(
  server: Server,
  files: TlsFiles,
  report: (outcome: 'reloaded' | Error) => void,
): () => void {
  const reload = (): void => {
    try {
      server.setSecureContext(readCertificate(files));
      report('reloaded');
    } catch (error) {
      report(error as Error);
    }
  };
  for (const path of [files.cert, files.key]) watchFile(path, { interval: PollMs, persistent: false }, reload);
  return () => {
    for (const path of [files.cert, files.key]) unwatchFile(path, reload);
  };
}
