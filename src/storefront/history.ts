/**
 * @module History of each product from the order log. One file for everybody, like the pictures; a prerendered
 * product page contains its own line.
 */
import { loadLines } from './load.ts'
import { createSignal, useSignal } from './signal.ts'

/** Line as `scripts/images.ts` writes it. Prices are monthly medians; the month is 1–12, or 0 without a season. */
export type HistoryLine = readonly [
  id: string,
  lowest: number,
  highest: number,
  orders: number,
  month: number,
]

const loaded = createSignal<ReadonlyMap<string, HistoryLine>>(new Map())
let ofFirstPage: HistoryLine | undefined

export async function loadHistories(): Promise<void> {
  const lines = await loadLines<HistoryLine>('catalog/history.json')
  loaded.set(new Map(lines.map((line) => [line[0], line])))
}

export function takeHistory(line: HistoryLine | undefined): void {
  ofFirstPage = line
}

export function useHistory(id: string): HistoryLine | undefined {
  const line = useSignal(loaded).get(id)
  return ofFirstPage?.[0] === id ? ofFirstPage : line
}
