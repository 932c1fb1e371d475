/** @module Value of a context at a time: from the clock (hour, weekday, season), or as the shop provides it. */
import { DAY } from '../../time.ts'
import { CLOCK_KINDS, type ContextSource } from './context.ts'

const HOURS_A_BLOCK = 4
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** Derives a kind of context from the time; in UTC, so that training and a device get the same value. */
const FROM_TIME: Readonly<Record<string, (time: number) => string | undefined>> = {
  hour: (time) => {
    const block = Math.floor(new Date(time).getUTCHours() / HOURS_A_BLOCK)
    return `${block * HOURS_A_BLOCK}-${(block + 1) * HOURS_A_BLOCK}`
  },
  weekday: (time) => WEEKDAYS[new Date(time).getUTCDay()],
  holiday: (time) => seasonAt(Math.floor(time / DAY) * DAY),
}

export function contextValue(
  kind: string,
  time: number,
  contexts: Pick<ContextSource, 'at'>,
): string | undefined {
  if (CLOCK_KINDS.has(kind)) return FROM_TIME[kind](time)
  const given = contexts.at(time)
  if (Object.hasOwn(given, kind)) return given[kind] === '' ? undefined : given[kind]
  return Object.hasOwn(FROM_TIME, kind) ? FROM_TIME[kind](time) : undefined
}

interface Season {
  readonly name: string
  /** Number of days from the beginning of the season to its holiday, which is its last day. */
  readonly days: number
  /** Midnight UTC of the holiday in a year, milliseconds since the epoch. */
  day(year: number): number
}

const SEASONS: readonly Season[] = [
  { name: 'valentine', days: 13, day: (year) => Date.UTC(year, 1, 14) },
  { name: 'easter', days: 20, day: easterSunday },
  { name: 'halloween', days: 20, day: (year) => Date.UTC(year, 9, 31) },
  { name: 'christmas', days: 40, day: (year) => Date.UTC(year, 11, 25) },
  { name: 'new-year', days: 5, day: (year) => Date.UTC(year, 11, 31) },
]

/** Cache of seasons by midnight, because training needs the season of each day many times. */
const seasons = new Map<number, string | undefined>()
const MOST_KNOWN = 10_000

/** Season of the day that begins at `midnight` (UTC). A season is the days up to a holiday, when gifts sell. */
export function seasonAt(midnight: number): string | undefined {
  if (seasons.has(midnight)) return seasons.get(midnight)
  const year = new Date(midnight).getUTCFullYear()
  const season = SEASONS.find(({ day, days }) => {
    const holiday = day(year)
    return midnight <= holiday && midnight >= holiday - days * DAY
  })?.name
  if (seasons.size < MOST_KNOWN) seasons.set(midnight, season)
  return season
}

/**
 * Midnight UTC of Easter Sunday, by the anonymous Gregorian algorithm.
 * @see Meeus, Astronomical Algorithms (1991), chapter 8
 */
export function easterSunday(year: number): number {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const inCentury = year % 100
  const shift = Math.floor((8 * century + 13) / 25)
  const epact = (19 * golden + century - Math.floor(century / 4) - shift + 15) % 30
  const weekday =
    (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7
  const late = Math.floor((golden + 11 * epact + 19 * weekday) / 433)
  const month = Math.floor((epact + weekday - 7 * late + 90) / 25)
  const day = (epact + weekday - 7 * late + 33 * month + 19) % 32
  return Date.UTC(year, month - 1, day)
}
