// What measures time says nothing while the host of a virtual machine gives its processors to others.
import { readFileSync } from 'node:fs';

const MostStolen = 0.1;

/**
 * A test's function that skips, with the reason, when it fails and the host took more than a tenth of the processors'
 * time meanwhile (`steal` of /proc/stat).
 */
export function unlessStolen(measure, readTimes = processorTimes) {
  return async (context) => {
    const before = readTimes();
    try {
      await measure(context);
    } catch (error) {
      const share = stolenShare(before, readTimes());
      if (share <= MostStolen) throw error;
      context.skip(`the host took ${Math.round(share * 100)} % of the processors' time: ${error.message}`);
    }
  };
}

/** The share of `steal` in the time between two readings, 0 to 1. */
function stolenShare(before, after) {
  const total = sum(after) - sum(before);
  return total > 0 ? (after[7] - before[7]) / total : 0;
}

// user, nice, system, idle, iowait, irq, softirq, steal: proc(5).
function processorTimes() {
  return readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].trim().split(/\s+/).slice(1, 9).map(Number);
}

function sum(times) {
  return times.reduce((total, time) => total + time, 0);
}
