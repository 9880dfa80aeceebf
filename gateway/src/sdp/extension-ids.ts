/**
 * Header extension ids of one connection. BUNDLE makes one RTP session of all m-sections, in which an id means one
 * thing (RFC 8843 section 9.2), so that the first m-section to use an id decides for those that contradict it.
 */
export class ExtensionIds {
  readonly #byUri = new Map<string, number>();
  readonly #byId = new Map<number, string>();

  /** Whether `id` can mean `uri` in this connection; it does from then on. */
  claim(id: number, uri: string): boolean {
    if ((this.#byUri.get(uri) ?? id) !== id || (this.#byId.get(id) ?? uri) !== uri) return false;
    this.#byUri.set(uri, id);
    this.#byId.set(id, uri);
    return true;
  }
}
