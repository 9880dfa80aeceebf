import type { Room } from '../rooms/room.ts';
import { SpeakerStream } from './speaker.ts';

/** The speaker streams of all rooms, made when first asked for. */
export class SpeakerStreams {
  readonly #streams = new WeakMap<Room, Promise<SpeakerStream>>();

  /** The stream of a room, held for one viewer more: {@link SpeakerStream.release} gives it back. */
  async hold(room: Room): Promise<SpeakerStream> {
    const known = this.#streams.get(room) ?? this.#make(room);
    return (await known).hold();
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
