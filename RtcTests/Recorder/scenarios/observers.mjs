import { allCodecs, audioProducer, videoProducer } from '../media.mjs';
import { rtp } from '../rtp.mjs';

async function open(s) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const transport = await router.createDirectTransport();
  const producers = [];
  for (let i = 0; i < 3; i++) producers.push(await transport.produce(audioProducer({ ssrc: 1000 + i })));
  return { router, transport, producers };
}

/** Speaks for a while: one packet every 20 ms at that level in -dBov. */
async function speak(producer, ssrc, level, packets, from = 0) {
  for (let i = from; i < from + packets; i++) {
    producer.send(
      rtp({ payloadType: 111, ssrc, sequence: i + 1, timestamp: 960 * i, extensions: { 2: [0x80 | level] } }),
    );
  }
}

export default {
  async 'audio levels'(s) {
    const { router, producers } = await open(s);
    const [first, second] = producers;
    const observer = await router.createAudioLevelObserver({ maxEntries: 2, threshold: -60, interval: 250 });
    s.step('added, dumped, removed');
    await observer.addProducer({ producerId: first.id });
    await observer.addProducer({ producerId: second.id });
    await observer.addProducer({ producerId: second.id });
    await router.dump();
    await observer.removeProducer({ producerId: second.id });
    await router.dump();
    await observer.removeProducer({ producerId: second.id });
    await observer.addProducer({ producerId: second.id });
    s.step('paused and resumed, twice each');
    for (const method of ['PAUSE', 'PAUSE', 'RESUME', 'RESUME']) await s.request(`RTPOBSERVER_${method}`, observer.id);
    s.step('two loud ones, then silence');
    await speak(first, 1000, 40, 12);
    await speak(second, 1001, 20, 12);
    await s.event('AUDIOLEVELOBSERVER_VOLUMES');
    await s.event('AUDIOLEVELOBSERVER_SILENCE');
    s.step('too quiet, too few');
    await speak(first, 1000, 70, 12, 12);
    await speak(second, 1001, 20, 5, 12);
    await s.event('PRODUCER_SCORE', 2);
    s.step('closed');
    observer.close();
    await router.dump();
    await s.request('RTPOBSERVER_PAUSE', observer.id);
  },

  async 'active speaker'(s) {
    const { router, producers } = await open(s);
    const [first, second] = producers;
    const observer = await router.createActiveSpeakerObserver({ interval: 100 });
    s.step('the only one has the floor');
    await observer.addProducer({ producerId: first.id });
    await s.event('ACTIVESPEAKEROBSERVER_DOMINANT_SPEAKER');
    await observer.addProducer({ producerId: second.id });
    await s.request('RTPOBSERVER_ADD_PRODUCER', observer.id, 'RtpObserver_AddProducerRequest', { producerId: second.id });
    await router.dump();
    s.step('the next one when it goes');
    await observer.removeProducer({ producerId: first.id });
    await s.event('ACTIVESPEAKEROBSERVER_DOMINANT_SPEAKER');
    await s.request('RTPOBSERVER_REMOVE_PRODUCER', observer.id, 'RtpObserver_RemoveProducerRequest', { producerId: first.id });
    s.step('paused and resumed, twice each');
    for (const method of ['PAUSE', 'PAUSE', 'RESUME', 'RESUME']) await s.request(`RTPOBSERVER_${method}`, observer.id);
    s.step('its producer closes');
    second.close();
    await router.dump();
    observer.close();
    await router.dump();
  },

  async 'refused'(s) {
    const { router, transport, producers } = await open(s);
    const observer = await router.createAudioLevelObserver();
    s.step('an id that is taken');
    await s.again('ROUTER_CREATE_AUDIOLEVELOBSERVER');
    s.step('options out of range');
    for (const [field, value] of [['threshold', 1], ['threshold', -128], ['interval', 1], ['interval', 60_000], ['maxEntries', 0]]) {
      await s.again('ROUTER_CREATE_AUDIOLEVELOBSERVER', ({ body }) => {
        body.rtpObserverId = `${field} ${value}`;
        body.options[field] = value;
      });
    }
    await router.createActiveSpeakerObserver();
    await s.again('ROUTER_CREATE_ACTIVESPEAKEROBSERVER');
    await s.again('ROUTER_CREATE_ACTIVESPEAKEROBSERVER', ({ body }) => (body.rtpObserverId = producers[0].id));
    s.step('producers that are not there, or video');
    const video = await transport.produce(videoProducer({ encodings: [{ ssrc: 1101 }] }));
    for (const producerId of ['nobody', video.id]) {
      await s.request('RTPOBSERVER_ADD_PRODUCER', observer.id, 'RtpObserver_AddProducerRequest', { producerId });
      await s.request('RTPOBSERVER_REMOVE_PRODUCER', observer.id, 'RtpObserver_RemoveProducerRequest', { producerId });
    }
    s.step('closed and closed again');
    observer.close();
    await s.request('ROUTER_CLOSE_RTPOBSERVER', router.id, 'Router_CloseRtpObserverRequest', { rtpObserverId: observer.id });
    await s.request('RTPOBSERVER_RESUME', observer.id);
    await s.request('TRANSPORT_DUMP', observer.id);
    await router.dump();
    await s.worker.dump();
  },
};
