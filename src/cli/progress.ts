/** @module Progress on standard error: on a terminal a bar with the time left, otherwise an occasional line. */
import { SingleBar } from 'cli-progress'

export interface Progress {
  /** Reports that `done` of `total` units of `label` are finished. */
  update(label: string, done: number, total: number): void
  clear(): void
}

/** Milliseconds between two lines. */
const BETWEEN_LINES = 10_000

export function createProgress(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  return stream.isTTY ? createBar(stream) : createLines(stream, now)
}

function createBar(stream: NodeJS.WriteStream): Progress {
  const bar = new SingleBar({
    stream,
    format: '{label} {bar} {percentage} %, {eta_formatted} left',
    barsize: 20,
    barCompleteChar: '█',
    barIncompleteChar: '·',
    clearOnComplete: true,
    hideCursor: false,
  })
  let current: string | null = null
  return {
    update(label, done, total) {
      if (label !== current) {
        bar.stop()
        bar.start(total, done, { label })
        current = label
        return
      }
      bar.setTotal(total)
      bar.update(done)
    },
    clear() {
      bar.stop()
      current = null
    },
  }
}

/** Starts its clock at once, so that short work prints no line. */
function createLines(stream: NodeJS.WriteStream, now: () => number): Progress {
  let last = now()
  return {
    update(label, done, total) {
      if (now() - last < BETWEEN_LINES) return
      last = now()
      // Some totals are estimates, and some steps have none (0).
      const share = Math.min(100, Math.floor((done / total) * 100))
      stream.write(total > 0 ? `${label}: ${share} %\n` : `${label}: step ${done}\n`)
    },
    clear() {},
  }
}
