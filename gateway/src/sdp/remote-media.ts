import type { SdpSection } from './lines.ts';
import { readCodecs, type RemoteCodec } from './remote-codecs.ts';
import { readData, type RemoteData } from './remote-data.ts';
import { readLayers, type RemoteLayer } from './remote-layers.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** A stream the peer announces with `a=ssrc`. */
export interface RemoteSource {
  ssrc: number;
  rtxSsrc?: number;
}

/** One m-section of a peer's SDP. */
export interface RemoteMedia {
  /** Its lines, for errors that name them. */
  section: SdpSection;
  kind: 'audio' | 'video' | 'application' | 'other';
  /** The media word of the m-line as it stood. */
  type: string;
  protocol: string;
  /** The formats of the m-line as they stood. */
  formats: string;
  mid: string;
  /** Port 0 and not bundle-only (RFC 8843 section 6). */
  rejected: boolean;
  direction: Direction;
  codecs: RemoteCodec[];
  /** Header extensions the peer is ready to send (RFC 8285 section 5). */
  extensions: { id: number; uri: string }[];
  /** In the order of an SSRC group SIM where there is one, else in that of the lines. */
  sources: RemoteSource[];
  /** Whether the sources are layers of one track (`a=ssrc-group:SIM`), as before rids. */
  sourcesAreLayers: boolean;
  cname?: string;
  /** Simulcast layers the peer wants to send, in its order (RFC 8853); empty without simulcast. */
  layers: RemoteLayer[];
  /** RFC 8830. `streamId` is absent where the track belongs to no stream. */
  msid?: { streamId?: string; trackId?: string };
  /** Data channels; only where `kind` is application and the m-section is one of data channels. */
  data?: RemoteData;
}

/**
 * Reads one m-section.
 * @param alone whether it is the only one, which needs no mid
 * @throws SdpError
 */
export function readMedia(section: SdpSection, session: SdpSection, alone: boolean): RemoteMedia {
  const [type = '', port = '', protocol = '', ...formats] = section.head.value.split(' ');
  const kind = type === 'audio' || type === 'video' || type === 'application' ? type : 'other';
  const rejected = Number.parseInt(port, 10) === 0 && !section.has('bundle-only');
  const media: RemoteMedia = {
    section,
    kind,
    type,
    protocol,
    formats: formats.join(' '),
    mid: section.attribute('mid') ?? (alone ? '0' : ''),
    rejected,
    direction: readDirection(section, session),
    codecs: [],
    extensions: [],
    sources: [],
    sourcesAreLayers: false,
    layers: [],
  };
  if (media.mid === '' && !rejected) throw section.error('no a=mid');
  if (rejected) return media;
  if (kind === 'application') {
    const data = readData(section, protocol, formats);
    return data ? { ...media, data } : media;
  }
  if (kind === 'other') return media;
  if (!/^(UDP|TCP)\/TLS\/RTP\/SAVPF?$/.test(protocol) && !/^RTP\/SAVPF$/.test(protocol)) {
    throw section.error(`transport ${protocol} is not DTLS-SRTP`);
  }
  if (!section.has('rtcp-mux') && !section.has('rtcp-mux-only')) throw section.error('a=rtcp-mux is required');
  media.codecs = readCodecs(section, kind, formats);
  media.extensions = readExtensions(section, session);
  readSources(section, media);
  media.layers = readLayers(section);
  const msid = readMsid(section);
  if (msid) media.msid = msid;
  return media;
}

function readDirection(section: SdpSection, session: SdpSection): Direction {
  const directions: Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
  return directions.find((name) => section.has(name)) ?? directions.find((name) => session.has(name)) ?? 'sendrecv';
}

function readExtensions(section: SdpSection, session: SdpSection): { id: number; uri: string }[] {
  const extensions: { id: number; uri: string }[] = [];
  for (const source of [section, session]) {
    for (const value of source.attributes('extmap')) {
      const [idAndDirection = '', uri = ''] = value.split(' ');
      const [number = '', direction = 'sendrecv'] = idAndDirection.split('/');
      const id = Number(number);
      if (id < 1 || id > 255) throw source.error(`header extension id ${id} is not in 1 to 255`, 'extmap', value);
      if (direction === 'recvonly' || direction === 'inactive') continue;
      if (!extensions.some((known) => known.uri === uri || known.id === id)) extensions.push({ id, uri });
    }
  }
  return extensions;
}

/** RFC 5576. */
function readSources(section: SdpSection, media: RemoteMedia): void {
  const announced = new Set<number>();
  for (const value of section.attributes('ssrc')) {
    const space = value.indexOf(' ');
    const ssrc = Number(value.slice(0, space));
    if (ssrc < 1 || ssrc > 0xffff_ffff) throw section.error(`SSRC ${ssrc} is not in 1 to 2^32-1`, 'ssrc', value);
    announced.add(ssrc);
    const cname = /^cname:([!-~]{1,255})$/.exec(value.slice(space + 1))?.[1];
    if (cname !== undefined) media.cname ??= cname;
  }
  const rtx = new Map<number, number>();
  const redundant = new Set<number>();
  let layers: number[] = [];
  for (const value of section.attributes('ssrc-group')) {
    const [semantics, ...rest] = value.split(' ');
    const members = rest.map(Number).filter((ssrc) => announced.has(ssrc));
    const [primary, secondary] = members;
    if (semantics === 'SIM') layers = [...new Set(members)];
    else if (secondary !== undefined && secondary !== primary) {
      redundant.add(secondary);
      if (semantics === 'FID' && !rtx.has(primary!)) rtx.set(primary!, secondary);
    }
  }
  media.sourcesAreLayers = layers.length > 1;
  media.sources = (media.sourcesAreLayers ? layers : [...announced])
    .filter((ssrc) => !redundant.has(ssrc))
    .map((ssrc) => ({ ssrc, ...(rtx.has(ssrc) && { rtxSsrc: rtx.get(ssrc)! }) }));
}

function readMsid(section: SdpSection): { streamId?: string; trackId?: string } | undefined {
  const legacy = section.attributes('ssrc').map((value) => /^\d+ msid:(.+)$/.exec(value)?.[1]).find(Boolean);
  const value = section.attribute('msid') ?? legacy;
  if (value === undefined) return undefined;
  const [streamId = '-', trackId] = value.split(' ');
  return { ...(streamId !== '-' && streamId !== '' && { streamId }), ...(trackId && { trackId }) };
}
