/** See stolen-time.mjs. */
export function unlessStolen<Context extends { skip(reason: string): void }>(
  measure: (context: Context) => unknown,
): (context: Context) => Promise<void>;
