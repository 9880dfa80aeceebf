import { SdpError } from './errors.ts';

/** Bounds on what is read from a peer. */
export interface SdpLimits {
  /** Longest SDP in UTF-16 code units. */
  maxLength: number;
  /** Most m-sections. */
  maxSections: number;
  /** Longest line in UTF-16 code units. */
  maxLineLength: number;
}

export const DefaultSdpLimits: SdpLimits = { maxLength: 1_000_000, maxSections: 1_000, maxLineLength: 16_384 };

/** One line `type=value` and where it stood. */
export interface SdpLine {
  number: number;
  text: string;
  type: string;
  value: string;
}

/** The lines of the session level (before the first `m=`) or of one m-section (which starts with its `m=`). */
export class SdpSection {
  readonly lines: readonly SdpLine[];
  readonly #byAttribute = new Map<string, SdpLine[]>();

  constructor(lines: readonly SdpLine[]) {
    this.lines = lines;
    for (const line of lines) {
      if (line.type !== 'a') continue;
      const { name } = splitAttribute(line);
      const known = this.#byAttribute.get(name);
      if (known) known.push(line);
      else this.#byAttribute.set(name, [line]);
    }
  }

  /** First line of the section: `v=` or `m=`. */
  get head(): SdpLine {
    return this.lines[0]!;
  }

  /** Value of the first `a=name:value`, an empty string for a flag, undefined when absent. */
  attribute(name: string): string | undefined {
    const line = this.#byAttribute.get(name)?.[0];
    return line && splitAttribute(line).value;
  }

  /** Values of all `a=name:value`, in order. */
  attributes(name: string): string[] {
    return (this.#byAttribute.get(name) ?? []).map((line) => splitAttribute(line).value);
  }

  has(name: string): boolean {
    return this.#byAttribute.has(name);
  }

  /** The line an error about attribute `name` should point at: its own where present, else the section's head. */
  lineOf(name: string, value?: string): SdpLine {
    const lines = this.#byAttribute.get(name) ?? [];
    const exact = value === undefined ? lines[0] : lines.find((line) => splitAttribute(line).value === value);
    return exact ?? this.head;
  }

  /** Builds the error for attribute `name` of this section. */
  error(reason: string, name = '', value?: string): SdpError {
    const line = this.lineOf(name, value);
    return new SdpError(reason, line.number, line.text);
  }

  /** Builds the error for the attribute `name` whose value starts with `prefix`. */
  errorAt(reason: string, name: string, prefix: string): SdpError {
    return this.error(reason, name, this.attributes(name).find((value) => value.startsWith(prefix)));
  }
}

/** A whole SDP cut into its session level and m-sections. */
export interface SdpText {
  session: SdpSection;
  sections: SdpSection[];
}

function splitAttribute(line: SdpLine): { name: string; value: string } {
  const colon = line.value.indexOf(':');
  if (colon < 0) return { name: line.value.trim(), value: '' };
  return { name: line.value.slice(0, colon), value: line.value.slice(colon + 1).trim() };
}

/** RFC 8866 section 9, and RFC 8829, 8843, 8851, 8853, 8285, 4585, 5576, 8122, 8839, 8841 for their attributes. */
const AttributeForms: Record<string, RegExp> = {
  rtpmap: /^\d{1,3} [\w.+-]+\/\d{1,9}(\/\d{1,3})?$/,
  fmtp: /^\d{1,3} \S.*$/,
  'rtcp-fb': /^(\*|\d{1,3}) \S.*$/,
  extmap: /^\d{1,5}(\/(sendrecv|sendonly|recvonly|inactive))? \S+( .*)?$/,
  ssrc: /^\d{1,10} \S.*$/,
  'ssrc-group': /^\S+( \d{1,10})+$/,
  fingerprint: /^[\w-]+ [0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){15,63}$/,
  setup: /^(active|passive|actpass|holdconn)$/,
  mid: /^[!-~]{1,64}$/,
  group: /^\S+( \S+)*$/,
  'ice-ufrag': /^[A-Za-z0-9+/_=-]{4,256}$/,
  'ice-pwd': /^[A-Za-z0-9+/_=-]{22,256}$/,
  rid: /^[A-Za-z0-9_-]{1,255} (send|recv)( .*)?$/,
  simulcast: /^(send|recv) \S+( (send|recv) \S+)?$/,
  'sctp-port': /^\d{1,5}$/,
  sctpmap: /^\d{1,5} \S+( \d{1,5})?$/,
  'max-message-size': /^\d{1,10}$/,
};

const MediaForm = /^[A-Za-z0-9.+-]+ \d{1,5}(\/\d+)? [A-Z0-9/.-]+( \S+)+$/;

function checkForm(line: SdpLine): void {
  if (line.type === 'm' && !MediaForm.test(line.value)) {
    throw new SdpError('malformed m-line', line.number, line.text);
  }
  if (line.type !== 'a') return;
  const { name, value } = splitAttribute(line);
  const form = Object.hasOwn(AttributeForms, name) ? AttributeForms[name] : undefined;
  if (form && !form.test(value)) throw new SdpError(`malformed a=${name}`, line.number, line.text);
}

/**
 * Cuts an SDP into sections and checks the form of every line that is later relied on.
 * Attributes nobody knows pass untouched, as RFC 8866 section 5.13 asks.
 * @throws SdpError
 */
export function readLines(sdp: string, limits: SdpLimits = DefaultSdpLimits): SdpText {
  if (sdp.length > limits.maxLength) throw new SdpError(`longer than ${limits.maxLength} characters`, 1, '');
  const groups: SdpLine[][] = [[]];
  const rawLines = sdp.split(/\r\n|\r|\n/);
  while (rawLines.length > 0 && rawLines.at(-1) === '') rawLines.pop();
  for (const [index, text] of rawLines.entries()) {
    const number = index + 1;
    if (text.length > limits.maxLineLength) throw new SdpError('line too long', number, text);
    const match = /^([a-z])=(.*)$/.exec(text);
    if (!match) throw new SdpError('not of the form <letter>=<value>', number, text);
    const line: SdpLine = { number, text, type: match[1]!, value: match[2]! };
    if (number === 1 && text.trim() !== 'v=0') throw new SdpError('an SDP starts with v=0', number, text);
    if (line.type === 'm') groups.push([]);
    if (groups.length - 1 > limits.maxSections) throw new SdpError('too many m-sections', number, text);
    checkForm(line);
    groups.at(-1)!.push(line);
  }
  const [session, ...sections] = groups.map((lines) => new SdpSection(lines));
  if (!session || session.lines.length === 0) throw new SdpError('an SDP starts with v=0', 1, rawLines[0] ?? '');
  for (const type of ['o', 's', 't']) {
    if (!session.lines.some((line) => line.type === type)) {
      const last = session.lines.at(-1)!;
      throw new SdpError(`no ${type}= line before the first m-section`, last.number, last.text);
    }
  }
  return { session, sections };
}
