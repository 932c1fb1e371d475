/**
 * @module Seasons before the holidays of most gift shops, by the Gregorian calendar. A shop with other
 * holidays provides them as context, which takes precedence.
 */

import { DAY } from '../../time.ts'

interface Season {
  readonly name: string
  /** Length of the season in days; the holiday itself is the last day. */
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

/** Season of a day (midnight UTC, milliseconds since the epoch); undefined if there is none. */
export function seasonAt(midnight: number): string | undefined {
  const year = new Date(midnight).getUTCFullYear()
  return SEASONS.find(({ day, days }) => {
    const holiday = day(year)
    return midnight <= holiday && midnight >= holiday - days * DAY
  })?.name
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
