/** @module One rewritten line on standard error, with the time left; silent where nobody watches. */

export interface Progress {
  /** `done` of `total` units of `label`. */
  update(label: string, done: number, total: number): void
  clear(): void
}

export function createProgress(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  if (!stream.isTTY) return { update() {}, clear() {} }
  let current = ''
  let started = 0
  let drawn = 0
  return {
    update(label, done, total) {
      if (label !== current) {
        current = label
        started = now()
        drawn = 0
      }
      if (now() - drawn < 100 && done < total) return
      drawn = now()
      const share = total > 0 ? done / total : 0
      const left = share > 0 ? ((now() - started) / share) * (1 - share) : Number.NaN
      const bar = '█'.repeat(Math.round(share * 20)).padEnd(20, '·')
      stream.write(`\r\x1b[2K${label} ${bar} ${Math.round(share * 100)} %${timeLeft(left)}`)
    },
    clear() {
      stream.write('\r\x1b[2K')
      current = ''
    },
  }
}

function timeLeft(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return ''
  const seconds = Math.ceil(milliseconds / 1000)
  return seconds >= 60
    ? `, ${Math.floor(seconds / 60)} min ${seconds % 60} s left`
    : `, ${seconds} s left`
}
