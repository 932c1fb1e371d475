/** @module Pretrained word vectors: `words.txt` and `vectors.f32le.gz` in one folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { NearsideError } from '../../core/error.ts'

export interface WordVectors {
  readonly words: readonly string[]
  /** Row-major [words, dimension]. */
  readonly vectors: Float32Array
  readonly dimension: number
}

/** @throws NearsideError `input-invalid` when a file is missing or the two do not fit */
export async function readWordVectors(directory: string): Promise<WordVectors> {
  let text: string
  let bytes: Buffer
  try {
    text = await readFile(join(directory, 'words.txt'), 'utf8')
    bytes = gunzipSync(await readFile(join(directory, 'vectors.f32le.gz')))
  } catch (error) {
    throw NearsideError.from(error, 'input-invalid', `word vectors in ${directory} cannot be read`)
  }
  const words = text.split('\n').filter((word) => word !== '')
  const dimension = bytes.length / 4 / words.length
  if (words.length === 0 || !Number.isInteger(dimension))
    throw new NearsideError(
      'input-invalid',
      `word vectors in ${directory}: ${bytes.length} bytes are not ${words.length} equal rows`,
    )
  const vectors = new Float32Array(words.length * dimension)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let i = 0; i < vectors.length; i++) vectors[i] = view.getFloat32(i * 4, true)
  return { words, vectors, dimension }
}

/**
 * The vector of a text: the mean of its words' vectors, each weighted by how rare it is among
 * `texts`, at length 1. Row-major [texts, dimension]; zeros where no word is known.
 */
export function textVectors(
  texts: readonly (readonly string[])[],
  { words, vectors, dimension }: WordVectors,
): Float32Array {
  const rows = new Map(words.map((word, row) => [word, row]))
  const frequency = new Map<string, number>()
  for (const text of texts)
    for (const word of new Set(text)) frequency.set(word, (frequency.get(word) ?? 0) + 1)
  const result = new Float32Array(texts.length * dimension)
  for (const [i, text] of texts.entries()) {
    const sum = result.subarray(i * dimension, (i + 1) * dimension)
    for (const word of new Set(text)) {
      const row = rows.get(word)
      if (row === undefined) continue
      const weight = Math.log(1 + texts.length / frequency.get(word)!)
      for (let d = 0; d < dimension; d++) sum[d] += weight * vectors[row * dimension + d]
    }
    normalize(sum)
  }
  return result
}

function normalize(vector: Float32Array): void {
  let square = 0
  for (const value of vector) square += value * value
  if (square === 0) return
  const scale = 1 / Math.sqrt(square)
  for (let i = 0; i < vector.length; i++) vector[i] *= scale
}
