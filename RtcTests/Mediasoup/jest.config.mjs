// The original's own Node tests, unmodified, out of an installed npm package.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export default {
  rootDir: join(process.env.MEDIASOUP_FOLDER ?? join(root, 'node_modules', 'mediasoup'), 'node', 'lib'),
  roots: ['<rootDir>/test'],
  testRegex: 'test-.*\\.js$',
  testEnvironment: 'node',
  // Jest leaves node_modules alone unless told otherwise in three places.
  testPathIgnorePatterns: [],
  transformIgnorePatterns: ['/node_modules/'],
  haste: { retainAllFiles: true },
  transform: {},
  cacheDirectory: join(root, 'node_modules', '.cache', 'jest'),
};
