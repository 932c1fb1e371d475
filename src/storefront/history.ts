/**
 * @module Price and order history of each product, from the order log. All histories are in one file, the same for
 * everybody, like the pictures. A prerendered product page contains its product's line.
 */
import { loadLines } from './load.ts'
import { createSignal, useSignal } from './signal.ts'

/**
 * Line of the file that `scripts/images.ts` writes. `lowest` and `highest` are the lowest and highest monthly median of
 * the price. `month` is the month with the most orders, 1–12, or 0 if no month stands out.
 */
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
