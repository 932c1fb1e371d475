/** @module Encoding as a job of an engine: many histories at once, or one again after each event. */
import type { History } from '../../core/features/history.ts'
import { DIMENSION } from '../../core/model/baseModel.ts'
import type { Encode } from '../../core/model/encoder.ts'

export interface Moment {
  readonly history: History
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface HistoryEncoder {
  /**
   * h of each history as of its moment, row-major [moments, 64]; zeros for an empty history.
   * @throws NearsideError `engine-failed`
   */
  encode(moments: readonly Moment[]): Promise<Float32Array>
  dispose(): void
}

export function createProcessorEncoder(encode: Encode): HistoryEncoder {
  return {
    async encode(moments) {
      const all = new Float32Array(moments.length * DIMENSION)
      moments.forEach(({ history, now }, i) => {
        all.set(encode(history, now), i * DIMENSION)
      })
      return all
    },
    dispose() {},
  }
}
