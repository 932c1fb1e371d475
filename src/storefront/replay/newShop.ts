/** @module The recorded first weeks of a shop that collects nothing, written by `scripts/newShop.ts`. */
import { loadJson } from '../load.ts'
import { words } from '../words/words.ts'
import type { Moment } from './quality.ts'

/** Ways of ranking: by the catalog alone, and by the model that devices improve in weekly rounds. */
export const SHOP_ARMS = ['alone', 'rounds'] as const
export type ShopArm = (typeof SHOP_ARMS)[number]

/** A product of the new model's list. In the opening week, products have no counts. */
export interface Listed {
  readonly id: string
  readonly count?: {
    /** Sum of the devices' counts, which no server has. */
    readonly exact: number
    /** The sum that both servers released, which has noise. */
    readonly released: number
  }
}

/** Example of one device's update. */
interface DeviceExample {
  /** Products that the device's shopper viewed, wished for, put into the basket or bought in the last 30 days. */
  readonly items: readonly string[]
  /** Value in the device's update for the first of these products; `leader` and `helper` are its secret shares. */
  readonly number: number
  readonly leader: number
  readonly helper: number
}

export interface ShopWeek {
  /** End of the week, milliseconds. */
  readonly time: number
  /** Mean quality of the lists that this week's model gave until the next model came. */
  readonly quality: Readonly<Record<ShopArm, number>>
  readonly list: readonly Listed[]
  /** The week's round; absent in the opening week. */
  readonly round?: {
    readonly shoppers: number
    /** Number of updates in the released sum. */
    readonly counted: number
    readonly device: DeviceExample
  }
}

export interface NewShop {
  /** Privacy loss ε of one update, and of a device's four updates in a year. */
  readonly epsilon: { readonly report: number; readonly year: number }
  /** The opening week, then all further weeks. */
  readonly weeks: readonly ShopWeek[]
}

/** @throws Error with a message for the shopper */
export async function loadNewShop(signal?: AbortSignal): Promise<NewShop> {
  return readNewShop(await loadJson('replay/new-shop.json', signal))
}

const unreadable = () => new Error(words('replay.unreadable'))

function requireNumber(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unreadable()
  return value
}

function requireList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw unreadable()
  return value
}

function requireRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw unreadable()
  return value as Record<string, unknown>
}

/** Validates the file's content. @throws Error if the file differs from the format that `scripts/newShop.ts` writes */
export function readNewShop(value: unknown): NewShop {
  const { epsilon, weeks } = requireRecord(value)
  const { report, year } = requireRecord(epsilon)
  return {
    epsilon: { report: requireNumber(report), year: requireNumber(year) },
    weeks: requireList(weeks).map(readWeek),
  }
}

function readWeek(value: unknown): ShopWeek {
  const { ends, quality, list, shoppers, counted, device } = requireRecord(value)
  const time = Date.parse(String(ends))
  const [alone, rounds] = requireList(quality)
  return {
    time: requireNumber(time),
    quality: { alone: requireNumber(alone), rounds: requireNumber(rounds) },
    list: requireList(list).map(readListed),
    ...(device !== undefined && {
      round: {
        shoppers: requireNumber(shoppers),
        counted: requireNumber(counted),
        device: readDevice(device),
      },
    }),
  }
}

function readListed(value: unknown): Listed {
  const [id, exact, released] = requireList(value)
  if (exact === undefined) return { id: String(id) }
  return {
    id: String(id),
    count: { exact: requireNumber(exact), released: requireNumber(released) },
  }
}

function readDevice(value: unknown): DeviceExample {
  const { items, number, leader, helper } = requireRecord(value)
  return {
    items: requireList(items).map(String),
    number: requireNumber(number),
    leader: requireNumber(leader),
    helper: requireNumber(helper),
  }
}

/**
 * Number of weekly models over which the quality is averaged. Between two models, test shoppers place too few orders
 * for a mean.
 */
export const MEAN_WEEKS = 8

/** Means over the last `MEAN_WEEKS` weeks, after each week. */
export const recentMeans = (weeks: readonly ShopWeek[]): readonly Moment<ShopArm>[] =>
  weeks.map(({ time }, last) => {
    const recent = weeks.slice(Math.max(0, last + 1 - MEAN_WEEKS), last + 1)
    const mean = (arm: ShopArm) =>
      recent.reduce((sum, { quality }) => sum + quality[arm], 0) / recent.length
    return { time, values: { alone: mean('alone'), rounds: mean('rounds') } }
  })
