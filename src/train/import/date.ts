/** @module Times as order logs write them, in the shop's own time zone, to UTC. */
import { NearsideError } from '../../core/error.ts'
import { isCalendarDay, type ParsedTime, parseIsoTime } from '../shop/time.ts'

/** How `1/12/2010` is meant. */
export type DateOrder = 'mdy' | 'dmy'

const SLASHED =
  /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ,]+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AP]M)?)?$/i
const HAS_ZONE = /(Z|UTC|GMT|[+-]\d\d:?\d\d)$/

export interface DateOptions {
  readonly order?: DateOrder
  /** IANA name; times without a zone of their own are read in it. */
  readonly timeZone?: string
}

/**
 * Reads ISO forms, `YYYYMMDD`, Unix times in seconds, milliseconds or microseconds (GA4), and
 * slashed dates. Null for anything else. Repeated texts are answered from a cache.
 */
export function createDateParser({ order, timeZone = 'UTC' }: DateOptions) {
  const toUtc = zoneToUtc(timeZone)
  const cache = new Map<string, ParsedTime | null>()
  return (text: string): ParsedTime | null => {
    let parsed = cache.get(text)
    if (parsed === undefined) {
      parsed = parse(text, order, toUtc)
      if (cache.size < 1_000_000) cache.set(text, parsed)
    }
    return parsed
  }
}

/**
 * The order of day and month that all `samples` allow; undefined when none is slashed.
 * @throws NearsideError `input-invalid` when the samples leave it open
 */
export function guessDateOrder(samples: Iterable<string>): DateOrder | undefined {
  let slashed = false
  let dmy = true
  let mdy = true
  for (const text of samples) {
    const parts = SLASHED.exec(text)
    if (!parts) continue
    slashed = true
    if (Number(parts[1]) > 12) mdy = false
    if (Number(parts[2]) > 12) dmy = false
  }
  if (!slashed) return undefined
  if (mdy === dmy)
    throw new NearsideError(
      'input-invalid',
      'the dates do not tell whether day or month comes first: say --date-order dmy or mdy',
    )
  return mdy ? 'mdy' : 'dmy'
}

function parse(
  text: string,
  order: DateOrder | undefined,
  toUtc: (local: number) => number,
): ParsedTime | null {
  const written = text.trim()
  if (/^\d{10}$/.test(written)) return { time: Number(written) * 1000, dayOnly: false }
  if (/^\d{13}$/.test(written)) return { time: Number(written), dayOnly: false }
  if (/^\d{16}$/.test(written)) return { time: Math.floor(Number(written) / 1000), dayOnly: false }
  const compact = /^(\d{4})(\d\d)(\d\d)$/.exec(written)
  const iso = parseIsoTime(
    compact
      ? `${compact[1]}-${compact[2]}-${compact[3]}`
      : written.replace(/\s?(UTC|GMT)$/, 'Z').replace(/^(\d{4})\/(\d\d)\/(\d\d)/, '$1-$2-$3'),
  )
  const parsed = iso ?? parseSlashed(written, order)
  if (!parsed || parsed.dayOnly || (iso && HAS_ZONE.test(written))) return parsed
  return { time: toUtc(parsed.time), dayOnly: false }
}

function parseSlashed(text: string, order: DateOrder | undefined): ParsedTime | null {
  const parts = SLASHED.exec(text)
  if (!parts || !order) return null
  const [first, second, year] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const [month, day] = order === 'mdy' ? [first, second] : [second, first]
  if (!isCalendarDay(year, month, day)) return null
  const midnight = Date.UTC(year, month - 1, day)
  if (parts[4] === undefined) return { time: midnight, dayOnly: true }
  const half = parts[7]?.toUpperCase()
  const hour = half ? (Number(parts[4]) % 12) + (half === 'PM' ? 12 : 0) : Number(parts[4])
  const [minute, seconds] = [Number(parts[5]), Number(parts[6] ?? 0)]
  if (hour > 23 || minute > 59 || seconds > 59) return null
  return { time: midnight + ((hour * 60 + minute) * 60 + seconds) * 1000, dayOnly: false }
}

/** Wall-clock time, given as if it were UTC, to UTC. In the hour that a clock change repeats, the later. */
function zoneToUtc(timeZone: string): (local: number) => number {
  if (timeZone === 'UTC') return (local) => local
  const offset = zoneOffset(timeZone)
  return (local) => {
    const guess = local - offset(local)
    return local - offset(guess)
  }
}

/** Milliseconds by which the zone's clocks are ahead of UTC at a UTC time. */
function zoneOffset(timeZone: string): (utc: number) => number {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' })
  } catch (error) {
    throw new NearsideError('input-invalid', `'${timeZone}' is not a time zone`, { cause: error })
  }
  const byHour = new Map<number, number>()
  return (utc) => {
    const hour = Math.floor(utc / 3_600_000)
    let known = byHour.get(hour)
    if (known === undefined) {
      const name = format.formatToParts(utc).find(({ type }) => type === 'timeZoneName')?.value
      const parts = /([+-])(\d\d):(\d\d)/.exec(name ?? '')
      const minutes = parts ? Number(parts[2]) * 60 + Number(parts[3]) : 0
      known = (parts?.[1] === '-' ? -minutes : minutes) * 60_000
      byHour.set(hour, known)
    }
    return known
  }
}
