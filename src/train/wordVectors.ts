/**
 * @module Reads pre-trained word vectors from `words.txt`, with one word per line, and `vectors.f32le.gz`, row-major
 * little-endian float32.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'

export interface WordVectors {
  readonly words: readonly string[]
  /** Row-major [words, dimension]. */
  readonly vectors: Float32Array
  readonly dimension: number
}

export const NO_WORD_VECTORS: WordVectors = {
  words: [],
  vectors: new Float32Array(0),
  dimension: 8,
}

/** Word vectors of `data/word-vectors`, found in this file's folder or a parent; empty if the package lacks them. */
export async function shippedWordVectors(): Promise<WordVectors> {
  for (const up of ['../../', '../../../', '../']) {
    const directory = fileURLToPath(new URL(`${up}data/word-vectors`, import.meta.url))
    if (await stat(join(directory, 'words.txt')).catch(() => null))
      return readWordVectors(directory)
  }
  return NO_WORD_VECTORS
}

/** @throws NearsideError `input-invalid` when a file is missing or the two files don't match */
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
    throw invalidInput(
      `word vectors in ${directory}: ${bytes.length} bytes are not ${words.length} equal rows`,
    )
  const vectors = new Float32Array(words.length * dimension)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let i = 0; i < vectors.length; i++) vectors[i] = view.getFloat32(i * 4, true)
  return { words, vectors, dimension }
}
