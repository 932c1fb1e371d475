/**
 * @module Made-up shop of the simulated year. Shoppers return to favourite categories and products, and some change
 * their favourites; products rise, fall and are launched; categories have seasons. Devices begin with an empty store.
 * The browser or the shopper can empty a device's store, and the device itself can get lost. The seed determines
 * everything.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import type { Interaction } from '@nearside/core/features/history.ts'
import { createRandom, type Random } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { branch } from '../seeded.ts'

/** First day of the year. The first model is trained on the shop's orders before this day. */
export const START = Date.UTC(2025, 0, 6)
const WARM_UP = 13 * 7 * DAY
export const YEAR = 364 * DAY
const MONTH = 28 * DAY
const MONTHS = (WARM_UP + YEAR) / MONTH
const MINUTE = 60_000

/** Share of the products that are launched during the year. */
const NEW = 0.25
/** Number of days for which a new product attracts more shoppers. */
const NOVELTY_DAYS = 28
/** Standard deviation of the logarithm of a product's attraction. */
const SPREAD = 1
/** Standard deviation of the monthly change in the logarithm of a product's attraction. */
const DRIFT = 0.25
/** Share of shoppers whose favourites change at some time. */
const CHANGING = 0.5
/** Share of shoppers who come for the first time after the year's first day. */
const COMING = 0.4
/** Number of visits of the median shopper in a year. */
const VISITS = 7
/** Mean number of days from a shopper's first visit until the shopper never returns. */
const STAY_DAYS = 500
/** Share of the browsers that empty the shop's storage after a week without a visit. */
const FORGETFUL = 0.2
export const WEEK = 7 * DAY
/** Chance, before each visit, that the shopper has cleared the browser's storage. */
const CLEARED = 0.03
/** Chance, before each visit, that the shopper has changed to a new device. */
const NEW_DEVICE = 0.01
/** Share of shoppers who are willing to contribute. */
const WILLING = 0.25
/** Share of a willing shopper's devices on which the shopper agrees to contribute. */
const AGREES = 0.8

/** Store of one device: a shopper's events from one time until the store is lost. */
export interface DeviceStore {
  readonly from: number
  /** End of the store; infinite if it outlives the year. */
  readonly to: number
  /** Whether the shopper agreed to contribute on this device. */
  readonly agrees: boolean
}

export interface YearShopper extends ShopperHistory {
  /** Time of each visit's first event. */
  readonly visits: readonly number[]
  /** The shopper's orders, the only events that the shop's server knows. */
  readonly orders: readonly Interaction[]
  readonly stores: readonly DeviceStore[]
}

/** Days for which a store keeps events: the default of `retentionDays`. */
const KEPT_DAYS = 90

/** Events of a shopper that a device's store contains at some time between `from` and `to`. */
export function storedFrom(
  { interactions }: ShopperHistory,
  store: DeviceStore,
  from: number,
  to: number,
): Interaction[] {
  const first = Math.max(store.from, from - KEPT_DAYS * DAY)
  const last = Math.min(store.to, to)
  return interactions.filter(({ time }) => time >= first && time < last)
}

export interface YearShop {
  /** Products, sorted by their launch. */
  readonly items: readonly Item[]
  /** Time of each product's launch. */
  readonly launched: Float64Array
  readonly shoppers: readonly YearShopper[]
}

/** Favourites of one shopper, from which the simulation draws the shopper's choices. */
interface Taste {
  readonly favourites: number[]
  readonly brand: number
  readonly price: number
}

export function makeShop(shoppers: number, seed: number): YearShop {
  const random = createRandom(seed)
  const world = makeWorld(Math.min(2000, Math.max(120, Math.round(shoppers / 50))), branch(random))
  return {
    items: world.items,
    launched: world.launched,
    shoppers: Array.from({ length: shoppers }, (_, s) => makeShopper(s, world, branch(random))),
  }
}

type World = ReturnType<typeof makeWorld>

function makeWorld(count: number, random: Random) {
  const categories = Math.round(Math.max(6, count / 50))
  const brands = categories * 3
  const launched = Float64Array.from({ length: count }, () =>
    random.next() < NEW ? START + Math.floor(random.next() * YEAR) : START - 2 * WARM_UP,
  ).sort()
  const kind = Int32Array.from({ length: count }, () => random.integer(categories))
  const brand = Int32Array.from({ length: count }, () => random.integer(brands))
  const price = Float64Array.from({ length: count }, () => random.normal())
  const season = Array.from({ length: categories }, () => ({
    height: 0.8 * random.next(),
    peak: random.next(),
  }))
  const attraction = Float64Array.from({ length: count }, () => SPREAD * random.normal())
  const attractions = Array.from({ length: MONTHS + 1 }, () => {
    attraction.forEach((value, i) => {
      attraction[i] = value + DRIFT * random.normal()
    })
    return attraction.map(Math.exp)
  })
  const members = Array.from({ length: categories }, (_, c) =>
    [...kind.keys()].filter((i) => kind[i] === c),
  )
  const partner = Int32Array.from(
    kind,
    (c, i) => members[c][random.integer(members[c].length)] ?? i,
  )
  const items = Array.from(
    launched,
    (time, i): Item => ({
      id: `item${i}`,
      title: `Product ${i}`,
      category: `kind${kind[i]}`,
      brand: `brand${brand[i]}`,
      price: Math.round(100 * Math.exp(3 + 0.6 * price[i])) / 100,
      added: new Date(time).toISOString(),
    }),
  )
  return { items, launched, kind, brand, price, season, attractions, members, partner, brands }
}

function makeShopper(s: number, world: World, random: Random): YearShopper {
  const { season, brands } = world
  const category = () => random.integer(season.length)
  const taste: Taste = {
    favourites: [category(), category(), category()],
    brand: random.integer(brands),
    price: random.normal(),
  }
  const first =
    random.next() < COMING ? START + YEAR * random.next() : START - WARM_UP * random.next()
  const last = Math.min(START + YEAR, first + STAY_DAYS * DAY * exponential(random))
  const rate = (VISITS * Math.exp(0.8 * random.normal())) / YEAR
  const changes = random.next() < CHANGING ? START + YEAR * random.next() : Number.POSITIVE_INFINITY
  const device = {
    isForgetful: random.next() < FORGETFUL,
    isWilling: random.next() < WILLING,
  }
  const interactions: Interaction[] = []
  const visits: number[] = []
  let hasChanged = false
  for (let time = first; time < last; time += exponential(random) / (rate * rush(time))) {
    // Visits don't overlap, because the log's times must ascend.
    time = Math.max(Math.floor(time), (interactions.at(-1)?.time ?? 0) + 60 * MINUTE)
    if (time >= START + YEAR) break
    if (time >= changes && !hasChanged) {
      taste.favourites[0] = category()
      hasChanged = true
    }
    visits.push(time)
    visit(`${s}-${visits.length}`, time, interactions, taste, world, random)
  }
  return {
    id: `shopper${s}`,
    interactions,
    visits,
    orders: interactions.filter(({ name }) => name === 'purchase'),
    stores: storesOf(visits, device, random),
  }
}

/** Exponentially distributed number with mean 1. */
const exponential = (random: Random) => -Math.log(1 - random.next())

/** Factor by which the time of year multiplies visits; highest before Christmas. */
const rush = (time: number) => 1 + 0.8 * Math.exp(-((((time - START) / DAY - 340) / 16) ** 2))

/** Adds the events of a visit: product views, and sometimes a basket and an order. */
function visit(
  session: string,
  from: number,
  log: Interaction[],
  taste: Taste,
  world: World,
  random: Random,
): void {
  const seen: number[] = []
  let time = from
  do {
    const item = nextItem(time, log, seen.at(-1), taste, world, random)
    seen.push(item)
    log.push({ item, name: 'view_item', time, session })
    time += MINUTE
  } while (random.next() < 0.6 && seen.length < 8)
  if (random.next() > 0.35) return
  const bought = new Set([seen[seen.length - 1], seen[random.integer(seen.length)]])
  for (const item of bought) {
    log.push({ item, name: 'add_to_cart', time, session })
    time += MINUTE
  }
  for (const item of bought) log.push({ item, name: 'purchase', time, session })
}

function nextItem(
  time: number,
  log: readonly Interaction[],
  previous: number | undefined,
  taste: Taste,
  world: World,
  random: Random,
): number {
  const { launched, partner, season, members } = world
  const lot = random.next()
  if (lot < 0.2 && log.length > 0)
    return log[log.length - 1 - random.integer(Math.min(20, log.length))].item
  if (lot < 0.45 && previous !== undefined && launched[partner[previous]] <= time)
    return partner[previous]
  const inSeason = (c: number) => {
    const { height, peak } = season[c]
    return Math.exp(height * Math.cos(2 * Math.PI * ((time - START) / YEAR - peak)))
  }
  const all = random.next() < 0.75 ? taste.favourites : [...season.keys()]
  const category = all[draw(all.map(inSeason), random)]
  const month = Math.floor((time - START + WARM_UP) / MONTH)
  const weights = members[category].map((i) => {
    if (launched[i] > time) return 0
    const novelty = time - launched[i] < NOVELTY_DAYS * DAY ? 3 : 1
    const own = world.brand[i] === taste.brand ? 3 : 1
    return (
      novelty * own * world.attractions[month][i] * Math.exp(-((world.price[i] - taste.price) ** 2))
    )
  })
  return members[category][draw(weights, random)] ?? 0
}

function draw(weights: readonly number[], random: Random): number {
  let at = random.next() * weights.reduce((sum, weight) => sum + weight, 0)
  let k = 0
  while (k < weights.length - 1 && at >= weights[k]) at -= weights[k++]
  return k
}

function storesOf(
  visits: readonly number[],
  { isForgetful, isWilling }: { readonly isForgetful: boolean; readonly isWilling: boolean },
  random: Random,
): DeviceStore[] {
  const begins = visits.filter((time, v) => {
    if (time < START) return false
    const before = visits[v - 1] ?? Number.NEGATIVE_INFINITY
    const isForgotten = isForgetful && time - before > WEEK
    return before < START || isForgotten || random.next() < CLEARED + NEW_DEVICE
  })
  return begins.map((from, k) => ({
    from,
    to: begins[k + 1] ?? Number.POSITIVE_INFINITY,
    agrees: isWilling && random.next() < AGREES,
  }))
}
