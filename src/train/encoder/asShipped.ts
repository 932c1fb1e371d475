/** @module A trained encoder as devices get it, so that everything after is fitted to that. */
import { DIMENSION } from '../../core/model/baseModel.ts'
import { encoderFromTensors, encoderToTensors } from '../../core/model/parts.ts'
import { dequantizeRows, quantizeRows } from '../../core/model/quantizeRows.ts'
import type { TrainedEncoder } from './train.ts'

/** Through int8 and back. */
export function asShipped(trained: TrainedEncoder): TrainedEncoder {
  const itemVectors = dequantizeRows(quantizeRows(trained.itemVectors, DIMENSION), DIMENSION)
  const encoder = encoderFromTensors(encoderToTensors(trained.encoder))
  return { ...trained, itemVectors, encoder }
}
