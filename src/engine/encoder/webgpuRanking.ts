/**
 * @module From a history to the best rows on WebGPU: eleven dispatches, one submit, and of what comes
 * back the 4 KB of the best alone; h stays on the device.
 */
import { DIMENSION } from '../../core/model/baseModel.ts'
import { windowOf } from '../../core/model/encoder.ts'
import { type ItemTable, isQuantized } from '../topk/table.ts'
import type { WebgpuTopK } from '../topk/webgpu.ts'
import { createRanking, type HistoryRanking } from './historyRanking.ts'
import type { WebgpuEncoder } from './webgpu.ts'

/** @param encoder and @param search are on one device, and end with it */
export function createWebgpuRanking(
  encoder: WebgpuEncoder,
  search: WebgpuTopK,
  table: ItemTable,
): HistoryRanking {
  const { top, dispose } = createRanking(encoder, search)
  // An int8 table's query is quantized by its largest number, which is not known there.
  if (isQuantized(table.vectors) || table.columns !== DIMENSION) return { top, dispose }
  return {
    async top(moment, k) {
      const recent = windowOf(moment.history)
      if (recent.length === 0) return top(moment, k)
      const { now } = moment
      return search.topOf(
        encoder.hidden,
        (commands) => encoder.record(commands, [{ recent, now }]),
        k,
      )
    },
    dispose,
  }
}
