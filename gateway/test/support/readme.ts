import { readFileSync } from 'node:fs';

/**
 * The examples of the README by the name in their first line, without that line: `// server.mjs`, `# send.sh`. What
 * follows the name there is for the reader.
 */
export function readExamples(): Map<string, string> {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const blocks = text.matchAll(/```(?:js|ts|sh|python)\n(?:\/\/|#) ([\w-]+\.\w+)[^\n]*\n([^]*?)```/g);
  return new Map([...blocks].map(([, name = '', program = '']) => [name, program]));
}
