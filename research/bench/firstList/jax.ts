/** @module Computes the first list as a user of jax-js would. */
import { defaultDevice, init, type Array as JaxArray, lax, nn, numpy as np } from '@jax-js/jax'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { type EncoderName, LAYER_NORM_EPSILON } from '@nearside/core/model/encoder.ts'
import { COUNT, type Rank, type RankModel, VIEWED } from './page.ts'

/** Encodes a history of one event to d numbers. With one position, attention returns that position's value vector. */
function encode(items: JaxArray, { encoder }: RankModel): JaxArray {
  const weight = (name: EncoderName) => {
    const { data, shape } = encoder.get(name) as {
      data: Float32Array<ArrayBuffer>
      shape: number[]
    }
    return np.array(data).reshape(shape)
  }
  const norm = (x: JaxArray, name: 'norm1' | 'norm2' | 'norm3') => {
    const centred = x.ref.sub(np.mean(x))
    const size = np.sqrt(np.mean(np.square(centred.ref)).add(LAYER_NORM_EPSILON))
    return centred
      .div(size)
      .mul(weight(`${name}_scale`))
      .add(weight(`${name}_bias`))
  }
  const times = (x: JaxArray, name: EncoderName) => np.matmul(weight(name), x)
  const embedding = items.slice(VIEWED).add(weight('event').slice(0)).add(weight('gap').slice(0))
  const attended = embedding.ref.add(times(times(norm(embedding, 'norm1'), 'value'), 'output'))
  const expanded = nn.relu(times(norm(attended.ref, 'norm2'), 'expand').add(weight('expand_bias')))
  return norm(attended.add(times(expanded, 'contract')).add(weight('contract_bias')), 'norm3')
}

export const rank: Rank = async (loading) => {
  const [model] = await Promise.all([loading, init('wasm')])
  defaultDevice('wasm')
  const rows = model.itemVectors.length / DIMENSION
  const vectors = new Float32Array(model.itemVectors)
  const items = np.array(vectors).reshape([rows, DIMENSION])
  const query = encode(items.ref, model)
  const [scores, places] = lax.topK(np.matmul(items, query), COUNT)
  scores.dispose()
  return (await places.data()) as Int32Array
}
