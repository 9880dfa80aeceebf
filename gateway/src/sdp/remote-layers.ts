import { parseFmtp } from './fmtp.ts';
import type { SdpSection } from './lines.ts';

/** A simulcast layer that a peer wants to send (RFC 8851, RFC 8853). */
export interface RemoteLayer {
  rid: string;
  /** Offered as initially paused (`~`). */
  paused: boolean;
  /** `max-br`, in bits per second. */
  maxBitrate?: number;
  /** The payload types it is restricted to (`pt=`). */
  payloadTypes?: number[];
}

/** More than any encoder makes. */
const MaxLayers = 8;

/**
 * The layers of `a=simulcast:send`, each with its `a=rid`. Of alternatives ("a,b") the first counts, as they stand in
 * order of preference (RFC 8853 section 5.1). The prefix "rid=" of the drafts before the RFC is understood.
 * @throws SdpError
 */
export function readLayers(section: SdpSection): RemoteLayer[] {
  const simulcast = section.attribute('simulcast');
  if (simulcast === undefined) return [];
  const words = simulcast.split(' ');
  const send = words.indexOf('send');
  if (send < 0 || send % 2 !== 0) return [];
  const declared = readRids(section);
  const layers = words[send + 1]!.replace(/^rid=/, '').split(';').map((alternatives): RemoteLayer => {
    const [first = ''] = alternatives.split(',');
    const rid = first.replace(/^~/, '');
    const restrictions = declared.get(rid);
    if (restrictions === undefined) {
      throw section.error(`simulcast names rid ${rid}, which no a=rid … send declares`, 'simulcast');
    }
    return { rid, paused: first.startsWith('~'), ...restrictions };
  });
  if (layers.length > MaxLayers) throw section.error(`more than ${MaxLayers} simulcast layers`, 'simulcast');
  if (new Set(layers.map(({ rid }) => rid)).size < layers.length) {
    throw section.error('simulcast names a rid twice', 'simulcast');
  }
  return layers;
}

function readRids(section: SdpSection): Map<string, Omit<RemoteLayer, 'rid' | 'paused'>> {
  const declared = new Map<string, Omit<RemoteLayer, 'rid' | 'paused'>>();
  for (const value of section.attributes('rid')) {
    const [rid = '', direction, ...rest] = value.split(' ');
    if (direction !== 'send') continue;
    if (declared.has(rid)) throw section.error(`rid ${rid} is declared twice`, 'rid', value);
    const restrictions = parseFmtp(rest.join(''));
    const payloadTypes = restrictions['pt']?.toString().split(',').map(Number);
    const maxBitrate = Number(restrictions['max-br'] ?? 0);
    declared.set(rid, {
      ...(payloadTypes && { payloadTypes }),
      ...(Number.isInteger(maxBitrate) && maxBitrate > 0 && maxBitrate < 2 ** 31 && { maxBitrate }),
    });
  }
  return declared;
}
