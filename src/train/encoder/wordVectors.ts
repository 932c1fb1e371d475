/**
 * @module Pre-trained word vectors: `words.txt`, a word a line, and `vectors.f32le.gz`, row-major
 * little-endian float32. Without them words have only what the shop's own titles teach.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readWordVectors as readFiles } from '../import/wordVectors.ts'

export interface WordVectors {
  /** Numbers a word, padded with zeros to a multiple of 8. */
  readonly dimension: number
  /** Vectors of `words`, scaled to length 1, row-major; zeros for a word that is not known. */
  rows(words: readonly string[]): Float32Array
}

export const NO_WORD_VECTORS: WordVectors = {
  dimension: 8,
  rows: (words) => new Float32Array(words.length * 8),
}

/** Those of `data/word-vectors`, found upwards of this file; none where they were left out. */
export async function shippedWordVectors(): Promise<WordVectors> {
  for (const up of ['../../../', '../../../../', '../../']) {
    const directory = fileURLToPath(new URL(`${up}data/word-vectors`, import.meta.url))
    if (await stat(join(directory, 'words.txt')).catch(() => null))
      return readWordVectors(directory)
  }
  return NO_WORD_VECTORS
}

/** @throws NearsideError `input-invalid` where the folder holds anything else */
export async function readWordVectors(directory: string): Promise<WordVectors> {
  const { words, vectors, dimension: given } = await readFiles(directory)
  const dimension = Math.ceil(given / 8) * 8
  const rowOf = new Map(words.map((word, row) => [word, row]))
  return {
    dimension,
    rows(wanted) {
      const found = new Float32Array(wanted.length * dimension)
      wanted.forEach((word, k) => {
        // Titles lose their plural s (`titleWords`), the vectors' words keep it.
        const row = rowOf.get(word) ?? rowOf.get(`${word}s`)
        if (row === undefined) return
        const vector = vectors.subarray(row * given, (row + 1) * given)
        const length = Math.hypot(...vector) || 1
        for (let j = 0; j < given; j++) found[k * dimension + j] = vector[j] / length
      })
      return found
    },
  }
}
