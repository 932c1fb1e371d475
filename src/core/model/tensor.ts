/** @module Named arrays, the form in which weights move between files, threads and engines. */

export type TensorData =
  | Float32Array
  | Int8Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int32Array

export interface Tensor {
  readonly shape: readonly number[]
  /** Values, row-major; their number is the product of `shape`. */
  readonly data: TensorData
}

export type Tensors = ReadonlyMap<string, Tensor>
