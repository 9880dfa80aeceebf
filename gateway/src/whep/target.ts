import type { types } from 'mediasoup';
import type { Room } from '../rooms/room.ts';
import type { SpeakerStream } from './speaker.ts';

/** What a viewer sees: one track of each kind at most, in one MediaStream. */
export interface Target {
  audio?: types.Producer;
  video?: types.Producer;
  streamId: string;
  /** Called when the viewer has gone. */
  release(): void;
}

/**
 * What a user publishes: its first video track and the audio of the same MediaStream, or the first of each there is.
 * @param user id or name
 * @returns undefined when there is no such user, or it publishes nothing
 */
export function targetOfUser(room: Room, user: string): Target | undefined {
  const source =
    room.sources.find(({ id }) => id === user) ??
    room.sources.find(({ info, published }) => info.name === user && published.length > 0);
  if (!source || source.published.length === 0) return undefined;
  const video = source.published.find(({ producer }) => producer.kind === 'video');
  const audios = source.published.filter(({ producer }) => producer.kind === 'audio');
  const audio = audios.find(({ streamId }) => streamId === video?.streamId) ?? audios[0];
  return {
    ...(audio && { audio: audio.producer }),
    ...(video && { video: video.producer }),
    streamId: (video ?? audio)!.streamId,
    release: () => undefined,
  };
}

/** The stream that shows whoever speaks. */
export function targetOfSpeaker(room: Room, speaker: SpeakerStream): Target {
  const { audio, video } = speaker;
  return { ...(audio && { audio }), ...(video && { video }), streamId: `speaker-${room.id}`, release: () => speaker.release() };
}
