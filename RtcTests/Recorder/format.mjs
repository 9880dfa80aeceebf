// Values as text that compares well line by line: what fits on a line stays on one, the rest gets a line a field.

const width = 110;

function inline(value) {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value).map(([key, field]) => `${key}: ${inline(field)}`);
    return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}';
  }
  return typeof value === 'string' && !value.startsWith('<') ? JSON.stringify(value) : String(value);
}

/** Lines of a value, the first one after a heading such as "score:". */
export function lines(heading, value, indent = '') {
  const short = `${indent}${heading} ${inline(value)}`;
  if (short.length <= width || value === null || typeof value !== 'object') return [short];

  const entries = Array.isArray(value)
    ? value.map((item) => ['-', item])
    : Object.entries(value).map(([key, field]) => [`${key}:`, field]);
  return [`${indent}${heading}`, ...entries.flatMap(([key, field]) => lines(key, field, `${indent}  `))];
}
