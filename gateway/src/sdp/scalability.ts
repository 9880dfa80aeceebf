import { NegotiationError } from './errors.ts';

/** Temporal layers said of a simulcast stream about which nothing is known: as many as any browser makes. */
const UnknownTemporalLayers = 3;

const Form = /^([LS])([1-8])T([1-8])((?:h)?(?:_KEY(?:_SHIFT)?)?)$/;

/**
 * Checks a scalability mode (W3C WebRTC-SVC).
 * @throws NegotiationError
 */
export function checkScalabilityMode(mode: string): void {
  if (!Form.test(mode)) throw new NegotiationError(`"${mode}" is not a scalability mode such as L1T3 or L3T3_KEY`);
}

/**
 * What a Producer's encodings say of their layers. SDP does not tell, so that a publisher's application does.
 * A stream that is said to have fewer temporal layers than it has would lose frames on its way to viewers; one that is
 * said to have more loses nothing. So simulcast of unknown layers gets the most.
 * @param mode what the publisher said of this m-section
 */
export function scalabilityOf(mimeType: string, encodings: number, mode: string | undefined): string | undefined {
  const [, shape = 'L', spatial = '1', temporal = '1', rest = ''] = Form.exec(mode ?? '') ?? [];
  if (encodings > 1) return `L1T${mode === undefined ? UnknownTemporalLayers : temporal}`;
  if (mode === undefined) return undefined;
  return /\/(vp9|av1)$/i.test(mimeType) ? `${shape}${spatial}T${temporal}${rest}` : `L1T${temporal}`;
}
