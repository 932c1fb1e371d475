/** @module From a history to the best rows of a table, as one job of an engine. */
import type { TopK } from '../topk/selectTop.ts'
import type { TopKSearch } from '../topk/table.ts'
import type { HistoryEncoder, Moment } from './historyEncoder.ts'

export interface HistoryRanking {
  /**
   * The k rows with the largest E_i · h.
   * @throws NearsideError `input-invalid`, `engine-failed`
   */
  top(moment: Moment, k: number): Promise<TopK>
  dispose(): void
}

/** Both one after the other. @param encoder and @param search end with it */
export function createRanking(encoder: HistoryEncoder, search: TopKSearch): HistoryRanking {
  return {
    top: async (moment, k) => search.top(await encoder.encode([moment]), k),
    dispose() {
      encoder.dispose()
      search.dispose()
    },
  }
}
