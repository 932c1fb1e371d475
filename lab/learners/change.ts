/**
 * @module An abrupt change of interest, made on purpose: from the middle of the stream on, what the
 * base ranks last among the candidates is bought where its first was. How soon does a learner
 * follow, and how soon do the detectors notice?
 */
import { createAdwin, updateAdwin } from '../../src/core/personal/drift/adwin.ts'
import { createPageHinkley, updatePageHinkley } from '../../src/core/personal/drift/pageHinkley.ts'
import type { Example } from '../../src/core/personal/learners/learner.ts'
import { createDdm, updateDdm } from './ddm.ts'
import type { StreamCase } from './stream.ts'

export interface Following {
  /** Mean AUC within a case: before the change, right after it, and at the end. */
  readonly before: number
  readonly after: number
  readonly end: number
  /** Cases until nine tenths of the fall are regained; null: not within the stream. */
  readonly followedAfter: number | null
  /** Cases from the change until each detector's first alarm; null: none. */
  readonly noticedAfter: Readonly<Record<Detector, number | null>>
  /** Alarms before the change, where there was nothing to notice. */
  readonly falseAlarms: Readonly<Record<Detector, number>>
}

type Detector = 'adwin' | 'page-hinkley' | 'ddm'

/** Cases whose mean is compared. */
const WINDOW = 50
const RECOVERED = 0.9
/** Page–Hinkley's, for errors in [0, 1]; its default is made for values of several units. */
const THRESHOLD = 5

/** The middle of the stream. */
export function changePoint(stream: readonly StreamCase[]): number {
  return Math.floor(stream.length / 2)
}

/** The same stream with answers mirrored from `from` on; inputs stay as they are. */
export function mirrorInterest(stream: readonly StreamCase[], from: number): StreamCase[] {
  return stream.map((one, index) => {
    if (index < from) return one
    const last = one.examples.length - 1
    const examples = one.examples.map(({ x }, k) => ({ x, label: one.examples[last - k].label }))
    return { ...one, examples, outside: [] }
  })
}

export function follow(
  stream: readonly StreamCase[],
  probabilities: readonly Float32Array[],
  from: number,
): Following {
  // Unlike log-loss, AUC doesn't move with the share of candidates that is bought.
  const areas = stream.map(({ examples }, k) => areaOf(examples, probabilities[k]))
  const mean = (start: number, end: number) => meanOf(areas.slice(start, end))
  const before = mean(Math.floor(from / 2), from)
  const after = mean(from, from + WINDOW)
  const target = after + RECOVERED * (before - after)
  let followedAfter: number | null = null
  for (let end = from + WINDOW; end <= areas.length && followedAfter === null; end++)
    if (mean(end - WINDOW, end) >= target) followedAfter = end - from
  const adwin = createAdwin()
  const pageHinkley = createPageHinkley(THRESHOLD)
  const ddm = createDdm()
  const alarms: Record<Detector, number[]> = { adwin: [], 'page-hinkley': [], ddm: [] }
  areas.forEach((area, k) => {
    if (area === null) return
    if (updateAdwin(adwin, 1 - area)) alarms.adwin.push(k)
    if (updatePageHinkley(pageHinkley, 1 - area)) alarms['page-hinkley'].push(k)
    if (updateDdm(ddm, area < 0.5) === 'drift') alarms.ddm.push(k)
  })
  const perDetector = <T>(of: (found: readonly number[]) => T) => ({
    adwin: of(alarms.adwin),
    'page-hinkley': of(alarms['page-hinkley']),
    ddm: of(alarms.ddm),
  })
  return {
    before,
    after,
    end: mean(areas.length - WINDOW, areas.length),
    followedAfter,
    noticedAfter: perDetector((found) => {
      const noticed = found.find((k) => k >= from)
      return noticed === undefined ? null : noticed - from + 1
    }),
    falseAlarms: perDetector((found) => found.filter((k) => k < from).length),
  }
}

/** Share of pairs (bought, not bought) in the right order, ties half; null where there is no pair. */
function areaOf(examples: readonly Example[], said: Float32Array): number | null {
  let right = 0
  let pairs = 0
  examples.forEach(({ label }, a) => {
    if (label === 0) return
    examples.forEach((other, b) => {
      if (other.label === 1) return
      pairs++
      if (said[a] > said[b]) right++
      else if (said[a] === said[b]) right += 0.5
    })
  })
  return pairs > 0 ? right / pairs : null
}

function meanOf(areas: readonly (number | null)[]): number {
  const known = areas.filter((area) => area !== null)
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : 0.5
}
