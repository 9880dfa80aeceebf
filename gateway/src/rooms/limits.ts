import { parseRemoteSession } from '../sdp/index.ts';

/** A limit of the service was reached. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
}

/**
 * Checks an offer before anything is made for it.
 * @throws SdpError when malformed, LimitError when it wants to send more tracks than one user may
 */
export function checkTrackLimit(offer: string, limit: number): void {
  const { media } = parseRemoteSession(offer);
  const sending = media.filter((section) => !section.rejected && /^send/.test(section.direction)).length;
  if (sending > limit) throw new LimitError(`a user may publish ${limit} track${limit === 1 ? '' : 's'}, not ${sending}`);
}
