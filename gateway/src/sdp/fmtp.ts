/** Codec parameters as mediasoup wants them: numbers where the text is one, strings otherwise. */
export type CodecParameters = Record<string, string | number>;

/** Hexadecimal by definition (RFC 6184 section 8.1), though it may look like a decimal number. */
const AlwaysText = new Set(['profile-level-id', 'sprop-parameter-sets']);

/** Parameters end up in the offers of others, so that what no SDP may hold is left out. */
const Printable = /^[ -~]{1,1024}$/;

/** Reads the parameter list of an `a=fmtp` line ("minptime=10;useinbandfec=1"). A key without value gets ''. */
export function parseFmtp(config: string): CodecParameters {
  const parameters: CodecParameters = {};
  for (const part of config.split(';')) {
    const equals = part.indexOf('=');
    const key = (equals < 0 ? part : part.slice(0, equals)).trim();
    const value = equals < 0 ? '' : part.slice(equals + 1).trim();
    if (!Printable.test(key) || key === '__proto__' || !(value === '' || Printable.test(value))) continue;
    const isNumber = /^(0|[1-9]\d{0,8})$/.test(value) && !AlwaysText.has(key.toLowerCase());
    parameters[key] = isNumber ? Number(value) : value;
  }
  return parameters;
}

/** Writes parameters as the text after the payload type of an `a=fmtp` line. */
export function writeFmtp(parameters: Record<string, unknown> | undefined): string {
  return Object.entries(parameters ?? {})
    .map(([key, value]) => (value === '' || value === undefined ? key : `${key}=${String(value)}`))
    .join(';');
}
