/**
 * @module A browsing log out of an order log, with noise planted in it. What is bought and when is
 * the shop's; how long a shopper looks at an item before buying it is made up, because a log of
 * orders knows nothing of it: medians and spreads below.
 */
import type { ShopperEvent } from '../../src/core/events/event.ts'
import type { History, Interaction } from '../../src/core/features/history.ts'
import type { Random } from '../../src/core/model/random.ts'
import { DAY } from '../../src/core/time.ts'

/** Median in milliseconds, and standard deviation of the logarithm. */
interface LogNormal {
  readonly median: number
  readonly spread: number
}

const DWELL: LogNormal = { median: 20_000, spread: 1 }
/** From one item to the next. */
const BETWEEN: LogNormal = { median: 5000, spread: 0.8 }
/** Of a look that was none; 23 % of them last longer than a second. */
const MISCLICK: LogNormal = { median: 600, spread: 0.7 }

const MINUTE = 60_000

export interface BrowsingLog {
  /** Ascending by time. */
  readonly events: readonly ShopperEvent[]
  /** Session → when its visit began. */
  readonly began: ReadonlyMap<string, number>
}

/** Every line of an order was looked at in the visit before it. */
export function browse(shopper: string, history: History, random: Random): BrowsingLog {
  const sessions = new Map<string, Interaction[]>()
  for (const one of history) {
    const own = sessions.get(one.session)
    if (own) own.push(one)
    else sessions.set(one.session, [one])
  }
  const events: ShopperEvent[] = []
  const began = new Map<string, number>()
  let made = 0
  const make = (fields: Omit<ShopperEvent, 'id'>) => {
    events.push({ id: `${shopper}-${made++}`, ...fields })
  }
  for (const [session, own] of sessions) {
    for (const { name, time, item } of own)
      if (name !== 'purchase')
        make({ name, time, session, items: [String(item)], dwellMs: drawn(DWELL, random) })
    const bought = own.filter(({ name }) => name === 'purchase')
    let at = Math.min(...own.map(({ time }) => time))
    if (bought.length > 0) {
      const items = bought.map(({ item }) => String(item))
      make({ name: 'purchase', time: bought[0].time, session, items })
      for (const item of [...new Set(items)].reverse()) {
        const dwellMs = drawn(DWELL, random)
        at -= dwellMs + drawn(BETWEEN, random)
        make({ name: 'view_item', time: at, session, items: [item], dwellMs })
      }
    }
    began.set(session, at)
  }
  return { events: inOrder(events), began }
}

/** Kinds of noise, and what each stands for. */
export const NOISE_KINDS = {
  misclick: 'a look of about 0.6 s at what lists show, within a visit',
  'fast script': '200 items, 0.3 s apart on average',
  'slow script': '80 items, about 2 s apart',
  timer: '30 items, 10 s apart to half a per cent',
  'loose timer': '30 items, 10 s apart to a tenth',
} as const

export type NoiseKind = keyof typeof NOISE_KINDS

export interface NoisyLog {
  readonly events: readonly ShopperEvent[]
  /** Id of each planted event → its kind. */
  readonly planted: ReadonlyMap<string, NoiseKind>
}

/**
 * @param share misclicks for each item entry of the log.
 * @param draw an item as the shop's lists would show it.
 */
export function addMisclicks(
  { events }: BrowsingLog,
  share: number,
  draw: () => number,
  random: Random,
): NoisyLog {
  const looks = events.filter(({ name }) => name === 'view_item')
  const entries = events.reduce((sum, { items }) => sum + items.length, 0)
  const planted = new Map<string, NoiseKind>()
  const noise: ShopperEvent[] = []
  const count = looks.length > 0 ? Math.round(share * entries) : 0
  for (let k = 0; k < count; k++) {
    const { time, session, dwellMs = 0 } = looks[random.integer(looks.length)]
    const id = `misclick-${k}`
    planted.set(id, 'misclick')
    noise.push({
      id,
      name: 'view_item',
      session,
      time: time + dwellMs + 1 + random.integer(2000),
      items: [String(draw())],
      dwellMs: drawn(MISCLICK, random),
    })
  }
  return { events: inOrder([...events, ...noise]), planted }
}

const SCRIPTS: Readonly<
  Record<Exclude<NoiseKind, 'misclick'>, { looks: number; gap: (random: Random) => number }>
> = {
  'fast script': { looks: 200, gap: (random) => -300 * Math.log(1 - random.next()) },
  'slow script': { looks: 80, gap: (random) => drawn({ median: 2000, spread: 0.3 }, random) },
  timer: { looks: 30, gap: (random) => 10_000 * (1 + 0.005 * random.normal()) },
  'loose timer': { looks: 30, gap: (random) => 10_000 * (1 + 0.1 * random.normal()) },
}

/** A visit of each script, between the shopper's own; what a script leaves has its rhythm as dwell. */
export function addScripts(log: NoisyLog, draw: () => number, random: Random): NoisyLog {
  if (log.events.length === 0) return log
  const first = log.events[0].time
  const span = log.events[log.events.length - 1].time - first + DAY
  const planted = new Map(log.planted)
  const noise: ShopperEvent[] = []
  for (const [kind, { looks, gap }] of Object.entries(SCRIPTS)) {
    let time = first + Math.floor(span * random.next()) + MINUTE
    for (let k = 0; k < looks; k++) {
      const dwellMs = Math.max(1, Math.round(gap(random)))
      const id = `${kind}-${k}`
      planted.set(id, kind as NoiseKind)
      noise.push({ id, name: 'view_item', time, session: kind, items: [String(draw())], dwellMs })
      time += dwellMs
    }
  }
  return { events: inOrder([...log.events, ...noise]), planted }
}

function drawn({ median, spread }: LogNormal, random: Random): number {
  return Math.max(1, Math.round(median * Math.exp(spread * random.normal())))
}

function inOrder(events: readonly ShopperEvent[]): ShopperEvent[] {
  return [...events].sort((a, b) => a.time - b.time)
}
