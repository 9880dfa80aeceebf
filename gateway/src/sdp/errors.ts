/**
 * An SDP that is malformed, or that asks for something the gateway does not serve.
 * Always names the line, so that whoever wrote the SDP can find it.
 */
export class SdpError extends Error {
  override readonly name = 'SdpError';
  /** What is wrong, without the position. */
  readonly reason: string;
  /** 1-based number of the line in the SDP as it was received. */
  readonly lineNumber: number;
  /** The line itself, shortened to 200 characters; empty where a line is missing. */
  readonly line: string;

  constructor(reason: string, lineNumber: number, line: string) {
    const shown = line.length > 200 ? `${line.slice(0, 200)}…` : line;
    super(`SDP line ${lineNumber}: ${reason}${shown ? ` ("${shown}")` : ''}`);
    this.reason = reason;
    this.lineNumber = lineNumber;
    this.line = shown;
  }
}

/** A step of offer and answer that does not fit the connection's state, such as an answer nobody waits for. */
export class NegotiationError extends Error {
  override readonly name = 'NegotiationError';
}
