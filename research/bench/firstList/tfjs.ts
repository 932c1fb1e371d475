/** @module Computes the first list as a user of TensorFlow.js would. */

import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { type EncoderName, LAYER_NORM_EPSILON } from '@nearside/core/model/encoder.ts'
import * as tf from '@tensorflow/tfjs'
import { COUNT, type Rank, type RankModel, VIEWED } from './page.ts'

/** Encodes a history of one event to [1, d]. With one position, attention returns that position's value vector. */
function encode(items: tf.Tensor2D, { encoder }: RankModel): tf.Tensor2D {
  const weight = (name: EncoderName) => {
    const { data, shape } = encoder.get(name) as { data: Float32Array; shape: number[] }
    return tf.tensor(data, shape)
  }
  const norm = (x: tf.Tensor, name: 'norm1' | 'norm2' | 'norm3') => {
    const { mean, variance } = tf.moments(x, 1, true)
    const scaled = x.sub(mean).div(variance.add(LAYER_NORM_EPSILON).sqrt())
    return scaled.mul(weight(`${name}_scale`)).add(weight(`${name}_bias`))
  }
  const times = (x: tf.Tensor, name: EncoderName) => x.matMul(weight(name), false, true)
  const embedding = items
    .slice([VIEWED, 0], [1, DIMENSION])
    .add(weight('event').slice([0, 0], [1, DIMENSION]))
    .add(weight('gap').slice([0, 0], [1, DIMENSION]))
  const attended = embedding.add(times(times(norm(embedding, 'norm1'), 'value'), 'output'))
  const expanded = times(norm(attended, 'norm2'), 'expand').add(weight('expand_bias')).relu()
  const forward = attended.add(times(expanded, 'contract')).add(weight('contract_bias'))
  return norm(forward, 'norm3') as tf.Tensor2D
}

export const rank: Rank = async (loading, backend = '') => {
  const [model] = await Promise.all([loading, tf.setBackend(backend)])
  const { indices } = tf.tidy(() => {
    const items = tf.tensor2d(model.itemVectors, [model.itemVectors.length / DIMENSION, DIMENSION])
    const scores = items.matMul(encode(items, model), false, true).reshape([-1])
    return tf.topk(scores, COUNT)
  })
  return indices.data()
}
