/**
 * @module Reads products' picture vectors from a catalog, and packs them into the base model. The shop makes them
 * with a picture model of its own.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { jsonOrNull } from '@nearside/core/reading.ts'

export interface PicturedItem extends Item {
  /** Picture vector of length 1, [d]. */
  readonly pictureVector?: readonly number[]
}

const NUMBER_BYTES = Float32Array.BYTES_PER_ELEMENT

/**
 * Reads a vector, and scales it to length 1 with six decimals.
 * @param value an array of numbers, the JSON text of such an array, or base64 of float32 values (little-endian)
 * @param where place that the error names, e.g. `catalog.jsonl line 7`
 * @throws NearsideError `catalog-invalid`
 */
export function readPictureVector(value: unknown, where: string): readonly number[] {
  const refuse = (fault: string) =>
    new NearsideError('catalog-invalid', `${where}: field 'pictureVector' ${fault}`)
  const numbers = typeof value === 'string' ? numbersIn(value.trim()) : value
  if (!Array.isArray(numbers)) throw refuse('is neither an array of numbers nor base64')
  if (numbers.length !== DIMENSION) throw refuse(`has ${numbers.length} numbers, not ${DIMENSION}`)
  if (!numbers.every((one) => Number.isFinite(one)))
    throw refuse('has a value that is not a finite number')
  // Dividing by the largest value first keeps squares of huge or tiny values from overflowing or becoming 0.
  const largest = Math.max(...numbers.map(Math.abs))
  if (largest === 0) throw refuse('has only zeros')
  const scaled: readonly number[] = numbers.map((one) => one / largest)
  const length = Math.hypot(...scaled)
  return scaled.map((one) => Number((one / length).toFixed(6)))
}

function numbersIn(text: string): unknown {
  if (text.startsWith('[')) return jsonOrNull(text)
  const bytes = Buffer.from(text, 'base64')
  // Node ignores characters that are not base64. Encoding the bytes again shows whether the text had any.
  if (bytes.toString('base64') !== text || bytes.length % NUMBER_BYTES > 0) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / NUMBER_BYTES }, (_, k) =>
    view.getFloat32(k * NUMBER_BYTES, true),
  )
}

/**
 * Share of the mean vector that is subtracted. If all of it were subtracted, near-identical pictures of a small or
 * uniform shop would seem unlike. If four fifths are subtracted, pictures seem alike if the cosine of their vectors is
 * at least 0.96.
 */
const MEAN_SHARE = 0.8

/**
 * Subtracts most of the mean vector, scales each row to the range of int8 and rounds it. The vectors of picture models
 * all point in similar directions, so with the mean, unlike pictures would seem alike. The scales are not stored,
 * because a cosine doesn't depend on them.
 * @returns `BaseModel.pictures`; undefined if no item has a vector
 */
export function packPictures(items: readonly PicturedItem[]): Int8Array | undefined {
  const known = items.flatMap(({ pictureVector }) => (pictureVector ? [pictureVector] : []))
  if (known.length === 0) return undefined
  const common = Array.from(
    { length: DIMENSION },
    (_, j) => (MEAN_SHARE * known.reduce((sum, vector) => sum + vector[j], 0)) / known.length,
  )
  const packed = new Int8Array(items.length * DIMENSION)
  items.forEach(({ pictureVector }, row) => {
    if (!pictureVector) return
    const vector = pictureVector.map((one, j) => one - common[j])
    const largest = Math.max(...vector.map(Math.abs))
    packed.set(
      vector.map((one) => Math.round((127 * one) / largest)),
      row * DIMENSION,
    )
  })
  return packed
}
