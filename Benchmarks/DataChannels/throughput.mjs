// Throughput of one ordered data channel from one peer to another through a worker: 16 KiB messages for ten seconds.
//
//   npx node Benchmarks/DataChannels/throughput.mjs [chromium|libwebrtc] [seconds] [round trip in ms]
import { readFileSync } from 'node:fs';
import { Room } from '../../RtcTests/DataChannels/room.mjs';
import { openChromium, openLibwebrtc } from '../../RtcTests/DataChannels/stacks.mjs';

const [stackName = 'chromium', seconds = '10', roundTripMs = '0'] = process.argv.slice(2);
const messageBytes = 16 * 1024;
const warmUpMs = 2_000;

/** CPU time of a process in milliseconds. */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const stack = await (stackName === 'chromium' ? openChromium() : openLibwebrtc());
const room = await Room.open();
const relaySeed = Number(roundTripMs) > 0 ? 1 : undefined;
const from = await room.join(stack, { relaySeed });
const to = await room.join(stack, { relaySeed });
const link = await room.link(from, to);
for (const { relay } of [from, to]) if (relay) relay.delayMs = Number(roundTripMs) / 2;
let refused = 0;
link.consumer.on('sctpsendbufferfull', () => refused++);
await to.call('count', link.toId);

const read = async () => ({
  bytes: await to.call('receivedBytes', link.toId),
  cpu: cpuMs(room.worker.pid),
  at: performance.now(),
});
const flood = from.call('flood', link.fromId, messageBytes, warmUpMs + Number(seconds) * 1_000);
await new Promise((done) => setTimeout(done, warmUpMs));
const first = await read();
await flood;
const last = await read();
const ms = last.at - first.at;
const bytes = last.bytes - first.bytes;
console.log(
  `${stackName}: ${((bytes * 8) / ms / 1e3).toFixed(0)} Mbit/s in ${(ms / 1e3).toFixed(1)} s; ` +
    `worker ${((last.cpu - first.cpu) / ms * 100).toFixed(0)} % of a core, ` +
    `${(((last.cpu - first.cpu) * 1e3) / (bytes / messageBytes)).toFixed(0)} us a message; ` +
    `${refused} messages found its buffer full`,
);
await stack.close();
room.close();
process.exit();
