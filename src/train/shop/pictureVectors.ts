/**
 * @module Reads picture vectors from a catalog, one per product, which the shop made with a picture model of its own.
 * Packs them for devices. Only training reads the vectors themselves; devices get packed vectors in the base model.
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
 * Reads a vector and scales it to length 1. The vector is an array of numbers, the JSON text of such an array, or
 * base64 of float32 values (little-endian). Six decimals remain, far more than a device gets.
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
  // The values are divided by the largest value first, because squares of huge or tiny values overflow or become 0.
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
 * Share of the shop's mean vector that is subtracted. If the whole mean were subtracted, near-identical vectors of a
 * small or uniform shop would become mere differences from their mean, and look unlike. With four fifths, vectors of
 * such a shop look alike if their cosine is at least 0.96, and the direction common to varied pictures hardly counts.
 */
const MEAN_SHARE = 0.8

/**
 * Subtracts most of the shop's mean vector, scales each row to the range of int8 and rounds it. The scales are not
 * stored, because a cosine doesn't depend on them. Vectors of picture models point in similar directions; with the
 * mean, unlike pictures would seem alike.
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
