/**
 * @module Makes candidate models that differ in the weight of the encoder's score: nearly 0, some fixed weights, and
 * the weight fitted jointly with the features. Validation chooses one of them.
 */
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import type { FeatureRecord } from '@nearside/core/model/manifest.ts'
import type { TrainedEncoder } from './encoder/train.ts'
import type { RankerResult } from './ranker/trainRanker.ts'
import type { ScoringModel } from './validate.ts'

/**
 * Weight of an encoder that does not help: too small to change the ranking, but above 0, so that shoppers'
 * contributions still have an effect through item vectors and hidden states.
 */
const IDLE_ENCODER_WEIGHT = 0.01

/** Weights that validation tries beside the jointly fitted weight. */
export const ENCODER_WEIGHTS = [0.1, 0.2, 0.3, 0.4]

interface EncoderCandidate extends ScoringModel {
  readonly records: readonly FeatureRecord[]
  /** Factor of the projection A from the encoder's hidden state to a user vector: A = encoderWeight · identity. */
  readonly encoderWeight: number
}

/** @returns models with the encoder; in the first, the encoder has nearly no weight */
export function encoderCandidates(
  encoder: TrainedEncoder,
  ranker: RankerResult,
): readonly EncoderCandidate[] {
  const { alone, scale } = ranker
  return [
    ...[IDLE_ENCODER_WEIGHT, ...ENCODER_WEIGHTS].map((weight) =>
      combine(encoder, scale, alone, weight),
    ),
    combine(encoder, scale, ranker, ranker.encoderWeight),
  ]
}

function combine(
  encoder: TrainedEncoder,
  featureScale: Float32Array,
  { weights, records }: RankerResult['alone'],
  encoderWeight: number,
): EncoderCandidate {
  const projection = new Float32Array(DIMENSION * DIMENSION)
  for (let j = 0; j < DIMENSION; j++) projection[j * DIMENSION + j] = encoderWeight
  return {
    encoder: encoder.encoder,
    itemVectors: encoder.itemVectors,
    bias: new Float32Array(encoder.itemVectors.length / DIMENSION),
    projection,
    featureWeights: weights,
    featureScale,
    records,
    encoderWeight,
  }
}
