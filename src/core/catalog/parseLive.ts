/** @module Reads `live.json`. Any fault makes the file invalid, because a part of the changes could mislead shoppers. */
import { NearsideError } from '../error.ts'
import { createReaders, type Read } from '../reading.ts'
import type { Item } from './item.ts'
import type { LiveFile } from './live.ts'
import { parseItem } from './parseItem.ts'

/** Minutes until the next request if `live.json` can't be read. */
export const LIVE_MINUTES = 5

/** Maximum number of products in each of `changed`, `gone` and `added`; no catalog has as many. */
const MANY = 1_000_000

const refuse = (what: string) =>
  new NearsideError('catalog-invalid', `live.json: ${what} is missing or malformed`)
const { list, object, optional, text, whole } = createReaders(refuse)

const item: Read<Item> = (value, what) => parseItem(value, `live.json: ${what}`)
const read = object<LiveFile>({
  catalog: text(/^[0-9a-f]{64}$/),
  head: optional(text(/^[0-9a-f]{64}$/)),
  time: text(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  minutes: whole(1, 1440),
  changed: list(item, MANY),
  gone: list(text(/^.{1,200}$/), MANY),
  added: list(item, MANY),
})

/** @throws NearsideError `catalog-invalid` if a field is missing or malformed */
export const parseLive = (value: unknown): LiveFile => read(value, '')
