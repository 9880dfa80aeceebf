import type { Room } from '../rooms/room.ts';
import { SpeakerStream } from './speaker.ts';

/** The speaker streams of all rooms, made when first asked for. */
export class SpeakerStreams {
  readonly #streams = new WeakMap<Room, Promise<SpeakerStream>>();

  /** The stream of a room, held for one viewer more: {@link SpeakerStream.release} gives it back. */
  async hold(room: Room): Promise<SpeakerStream> {
    const stream = await (this.#streams.get(room) ?? this.#make(room));
    // The last viewer may have gone meanwhile.
    return stream.closed ? this.hold(room) : stream.hold();
  }

  #make(room: Room): Promise<SpeakerStream> {
    const made = SpeakerStream.create(room, () => {
      if (this.#streams.get(room) === made) this.#streams.delete(room);
    });
    this.#streams.set(room, made);
    made.catch(() => this.#streams.delete(room));
    return made;
  }
}
