/**
 * @module Symmetric int8 quantisation with one scale per row. It takes a quarter of the bytes of float32,
 * with an error of at most half a step (max|row| / 254) per value.
 */

interface QuantizedRows {
  /** Row-major [rows, columns], in −127…127. */
  readonly values: Int8Array
  /** Scale of each row, [rows]; value ≈ int8 × scale. 0 for a row of zeros. */
  readonly scale: Float32Array
}

/**
 * @param data row-major [rows, columns], finite
 * @throws RangeError if the number of values is no multiple of `columns`
 */
export function quantizeRows(data: Float32Array, columns: number): QuantizedRows {
  const rows = data.length / columns
  if (!Number.isInteger(rows))
    throw new RangeError(`${data.length} values are not rows of ${columns}`)
  const values = new Int8Array(data.length)
  const scale = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    const start = row * columns
    let largest = 0
    for (let j = start; j < start + columns; j++) largest = Math.max(largest, Math.abs(data[j]))
    scale[row] = largest / 127
    if (scale[row] === 0) continue
    for (let j = start; j < start + columns; j++) {
      // A scale rounded down to float32 could push the largest value to 128.
      values[j] = Math.max(-127, Math.min(127, Math.round(data[j] / scale[row])))
    }
  }
  return { values, scale }
}

/** Restores the values, row-major [rows, columns]. @throws RangeError if the sizes of values and scales don't match */
export function dequantizeRows(
  { values, scale }: QuantizedRows,
  columns: number,
): Float32Array<ArrayBuffer> {
  if (values.length !== scale.length * columns)
    throw new RangeError(`${values.length} values do not fit ${scale.length} rows of ${columns}`)
  const data = new Float32Array(values.length)
  for (let row = 0, j = 0; row < scale.length; row++) {
    for (const end = j + columns; j < end; j++) data[j] = values[j] * scale[row]
  }
  return data
}
