/** @module Value of a context at a time. Hour, weekday and season follow from the time; the shop provides the others. */
import { DAY } from '../../time.ts'
import { seasonAt } from './calendar.ts'
import { CLOCK_KINDS, type ContextSource } from './context.ts'

const HOURS_A_BLOCK = 4
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** Context by UTC time, so that training and device agree. */
const FROM_TIME: Readonly<Record<string, (time: number) => string | undefined>> = {
  hour: (time) => {
    const block = Math.floor(new Date(time).getUTCHours() / HOURS_A_BLOCK)
    return `${block * HOURS_A_BLOCK}-${(block + 1) * HOURS_A_BLOCK}`
  },
  weekday: (time) => WEEKDAYS[new Date(time).getUTCDay()],
  holiday: (time) => seasonAt(Math.floor(time / DAY) * DAY),
}

/** Value of a kind of context at a time; undefined if there is none. */
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
