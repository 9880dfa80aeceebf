import type { SdpSection } from './lines.ts';

/** The SCTP port of mediasoup, at either end. */
export const SctpPort = 5000;

/** How a peer speaks SCTP over DTLS (RFC 8841). */
export interface RemoteData {
  /** Written as before RFC 8841 (`m=application … DTLS/SCTP 5000` and `a=sctpmap`), and to be answered so. */
  legacy: boolean;
  /** Largest message the peer takes, in bytes; 0 for any. */
  maxMessageSize: number;
}

/**
 * Reads an m-section of data channels.
 * @returns undefined where it is one of something else, such as BFCP
 * @throws SdpError for an SCTP port that mediasoup does not speak
 */
export function readData(section: SdpSection, protocol: string, formats: readonly string[]): RemoteData | undefined {
  // RFC 8841 section 6.1: absent means 64 kilobytes.
  const maxMessageSize = Number(section.attribute('max-message-size') ?? 65_536);
  if (/^(UDP|TCP)\/DTLS\/SCTP$/.test(protocol) && formats[0] === 'webrtc-datachannel') {
    const port = section.attribute('sctp-port');
    if (port === undefined) throw section.error('no a=sctp-port');
    checkPort(section, port, 'sctp-port');
    return { legacy: false, maxMessageSize };
  }
  const map = section.attributes('sctpmap').find((value) => value.split(' ')[1] === 'webrtc-datachannel');
  if (protocol !== 'DTLS/SCTP' || map === undefined) return undefined;
  checkPort(section, map.split(' ')[0]!, 'sctpmap');
  return { legacy: true, maxMessageSize };
}

function checkPort(section: SdpSection, port: string, attribute: string): void {
  if (Number(port) !== SctpPort) throw section.error(`SCTP port ${port}: only ${SctpPort} is served`, attribute);
}
