/** @module Writes and reads the values of a model file as named tensors: vectors, int8 matrices and strings. */
import { invalidInput, NearsideError } from '../error.ts'
import { DIMENSION } from './baseModel.ts'
import type { Tensor, TensorData, Tensors } from './safetensors.ts'

type Constructor = new (length: number) => TensorData
export type Take = <C extends Constructor>(
  name: string,
  type: C,
  shape: readonly number[] | null,
) => InstanceType<C>

/**
 * Returns a function that gives a tensor by name, element type and shape; shape `null` accepts any vector. The function
 * throws NearsideError `model-corrupt`, naming file and tensor, if the tensor is missing or has another type or shape.
 */
export function taker(tensors: Tensors, file: string): Take {
  return (name, type, shape) => {
    const tensor = tensors.get(name)
    if (!tensor) throw corrupt(`${file} lacks '${name}'`)
    const fits = shape ? tensor.shape.join() === shape.join() : tensor.shape.length === 1
    if (!(tensor.data instanceof type) || !fits) {
      const wanted = shape ? `[${shape.join(', ')}]` : 'a vector'
      throw corrupt(
        `'${name}' in ${file} is ${tensor.data.constructor.name} [${tensor.shape.join(', ')}], not ${type.name} ${wanted}`,
      )
    }
    return tensor.data as InstanceType<typeof type>
  }
}

/** Writes a matrix [count, columns] in int8 with one scale per row, as the tensors `NAME_vectors` and `NAME_scale`. */
export function rows(name: string, data: Float32Array, columns: number): [string, Tensor][] {
  const { values, scale } = quantizeRows(data, columns)
  return [
    [`${name}_vectors`, { shape: [scale.length, columns], data: values }],
    [`${name}_scale`, vector(scale)],
  ]
}

/** Reads the matrix that `rows` wrote, [count, columns]. */
export function readRows(take: Take, name: string, count: number, columns = DIMENSION) {
  const values = take(`${name}_vectors`, Int8Array, [count, columns])
  const scale = take(`${name}_scale`, Float32Array, [count])
  return dequantizeRows({ values, scale: notNegative(scale, `${name}_scale`) }, columns)
}

export function vector(data: TensorData): Tensor {
  return { shape: [data.length], data }
}

/**
 * Encodes strings as UTF-8 text, one per line.
 * @throws NearsideError `input-invalid` for a line break inside a string
 */
export function strings(values: readonly string[]): Tensor {
  const broken = values.find((value) => value.includes('\n'))
  if (broken !== undefined) throw invalidInput(`${JSON.stringify(broken)} contains a line break`)
  return vector(new TextEncoder().encode(values.map((value) => `${value}\n`).join('')))
}

/** Decodes the strings that `strings` wrote. @throws NearsideError `model-corrupt` if the bytes aren't UTF-8 */
export function readStrings(bytes: Uint8Array, name: string): string[] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new NearsideError('model-corrupt', `'${name}' is not UTF-8`, { cause })
  }
  if (text.length > 0 && !text.endsWith('\n')) throw corrupt(`'${name}' ends inside a line`)
  return text.split('\n').slice(0, -1)
}

/** @throws NearsideError `model-corrupt` if a value is negative */
export function notNegative(values: Float32Array, name: string): Float32Array {
  for (const value of values) if (value < 0) throw corrupt(`'${name}' holds a negative value`)
  return values
}

export function corrupt(message: string): NearsideError {
  return new NearsideError('model-corrupt', message)
}

interface QuantizedRows {
  /** Row-major [rows, columns], in −127…127. */
  readonly values: Int8Array
  /** Scale of each row, [rows]; value ≈ int8 × scale. 0 for a row of zeros. */
  readonly scale: Float32Array
}

/**
 * Symmetric int8 quantisation with one scale per row: a quarter of the bytes of float32, with an error of at most half
 * a step (max|row| / 254) per value.
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
      // A scale that was rounded down to float32 could turn the largest value into 128.
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
