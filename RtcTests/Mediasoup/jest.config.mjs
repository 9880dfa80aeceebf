// The original's own Node tests, unmodified, out of the installed npm package.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const name = process.env.MEDIASOUP_PACKAGE ?? 'mediasoup';

export default {
  rootDir: join(root, 'node_modules', name, 'node', 'lib'),
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
