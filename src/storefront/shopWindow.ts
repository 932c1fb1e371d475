/** @module What stands in the shop's window, at the top of the home page. */
import type { Item } from '../index.ts'
import { type Catalogue, isSold } from './catalogue.ts'

const CHOSEN = ['85123A', '22423', '47566', '20725', '84879', '22720']

/** Chosen products; a catalogue without them shows one of each of its largest departments instead. */
export function windowOf({ get, departments }: Catalogue): readonly Item[] {
  const chosen = CHOSEN.flatMap((id) => get(id) ?? []).filter(isSold)
  if (chosen.length === CHOSEN.length) return chosen
  return departments
    .map(({ face }) => face)
    .filter((item) => isSold(item) && item.image)
    .slice(0, CHOSEN.length)
}
