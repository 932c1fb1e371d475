/**
 * @module Progress on standard error: a bar with the time left on a terminal; where output is
 * redirected, a line now and then.
 */
import { SingleBar } from 'cli-progress'

export interface Progress {
  /** `done` of `total` units of `label`. */
  update(label: string, done: number, total: number): void
  clear(): void
}

/** Milliseconds between two lines of a log. */
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

/** The first line comes only after a while: what is done by then needs none. */
function createLines(stream: NodeJS.WriteStream, now: () => number): Progress {
  let last = now()
  return {
    update(label, done, total) {
      if (now() - last < BETWEEN_LINES) return
      last = now()
      // Some totals are guesses, and of some steps nobody knows one.
      const share = Math.min(100, Math.floor((done / total) * 100))
      stream.write(total > 0 ? `${label}: ${share} %\n` : `${label}: step ${done}\n`)
    },
    clear() {},
  }
}
