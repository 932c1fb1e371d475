/** @module Reads `context.tsv` of a shop folder: the shop's context values and the times they start. */
import { basename } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import { contextFault } from '@nearside/core/features/context/context.ts'
import type { ContextChange } from '@nearside/core/features/context/timeline.ts'
import { readLines } from './lines.ts'
import { parseIsoTime } from './time.ts'

const COLUMNS = ['time', 'name', 'value'] as const

/**
 * Each line has time (ISO, UTC), name and value. A value lasts until the next line of its name; an empty value
 * ends it.
 * @throws NearsideError `input-invalid`, naming file and line
 */
export async function readContext(path: string): Promise<ContextChange[]> {
  const changes: ContextChange[] = []
  let places: readonly number[] | undefined
  let line = 0
  const refusal = (message: string) =>
    new NearsideError('input-invalid', `${basename(path)} line ${line}: ${message}`)
  for await (const lines of readLines(path)) {
    for (const text of lines) {
      line++
      const fields = text.split('\t')
      if (!places) {
        places = COLUMNS.map((column) => fields.indexOf(column))
        if (places.includes(-1) || fields.length !== COLUMNS.length)
          throw refusal(`the header must be ${COLUMNS.join(', ')} (tab-separated)`)
        continue
      }
      if (text === '') continue
      if (fields.length !== COLUMNS.length)
        throw refusal(`has ${fields.length} fields, the header has ${COLUMNS.length}`)
      const [written, name, value] = places.map((place) => fields[place])
      const parsed = parseIsoTime(written)
      if (!parsed) throw refusal(`'${written}' is not an ISO date or date-time`)
      const fault = contextFault(name, value)
      if (fault !== null) throw refusal(fault)
      changes.push({ time: parsed.time, name, value })
    }
  }
  return changes
}
