/**
 * @module Reads and writes the safetensors format: 8 bytes of little-endian header length, a JSON header and the raw
 * values. Files come from the network, so the header is checked against the bytes before anything is allocated.
 * @see https://github.com/huggingface/safetensors#format
 */
import { utf8 } from '../bytes.ts'
import { isRecord } from '../isRecord.ts'
import { readJson } from '../reading.ts'
import { corrupt } from './fields.ts'

/** Limits far above the size of any real model: a larger file is an attack or an accident. */
const MAX_FILE_BYTES = 512 * 1024 * 1024
const MAX_HEADER_BYTES = 64 * 1024
const MAX_DIMENSIONS = 4
/** Maximum absolute value of a weight; larger weights could make scores overflow. */
const MAX_MAGNITUDE = 1e4

const DTYPES = {
  F32: Float32Array,
  U32: Uint32Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const

type Dtype = keyof typeof DTYPES

const dtypeOf = (data: TensorData) =>
  (Object.keys(DTYPES) as Dtype[]).find((dtype) => data instanceof DTYPES[dtype])

/**
 * Reads the tensors of a file into copies of its bytes. The format is little-endian, as is every platform that runs a
 * browser.
 * @throws NearsideError `model-corrupt` for any deviation from the format
 */
export function readSafetensors(bytes: Uint8Array): Tensors {
  if (bytes.length > MAX_FILE_BYTES) throw corrupt('the file is larger than 512 MB')
  if (bytes.length < 8) throw corrupt('the file is shorter than its header length')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerBytes = view.getUint32(0, true)
  if (view.getUint32(4, true) !== 0 || headerBytes > MAX_HEADER_BYTES)
    throw corrupt('the header is larger than 64 KB')
  if (8 + headerBytes > bytes.length) throw corrupt('the file ends inside its header')
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes))
  const body = bytes.subarray(8 + headerBytes)

  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => parseEntry(name, value))
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let expected = 0
  for (const { name, begin, end } of entries) {
    if (begin !== expected) throw corrupt(`tensor '${name}' leaves a gap or overlaps another`)
    if (end > body.length) throw corrupt(`tensor '${name}' reaches beyond the end of the file`)
    expected = end
  }
  if (expected !== body.length) throw corrupt('the file has bytes that belong to no tensor')

  const tensors = new Map<string, Tensor>()
  for (const { name, dtype, shape, begin, end } of entries) {
    // Copies the bytes, because `slice` of a Node Buffer would share the Buffer's memory.
    const data = new DTYPES[dtype](new Uint8Array(body.subarray(begin, end)).buffer)
    if (data instanceof Float32Array) checkFinite(name, data)
    tensors.set(name, { shape, data })
  }
  return tensors
}

/**
 * Writes tensors; the bytes don't depend on the order of the map. Wider types come first and spaces fill up the header,
 * so that every tensor is aligned to its element size.
 * @throws NearsideError `model-corrupt` for a non-finite or huge value, or a shape that doesn't match the data
 */
export function writeSafetensors(tensors: Tensors): Uint8Array<ArrayBuffer> {
  const sorted = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT ||
      (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  )
  const header: [string, unknown][] = []
  let offset = 0
  for (const [name, { shape, data }] of sorted) {
    if (elements(name, shape) !== data.length)
      throw corrupt(`tensor '${name}' has ${data.length} values, its shape is [${shape}]`)
    if (data instanceof Float32Array) checkFinite(name, data)
    const end = offset + data.byteLength
    header.push([name, { dtype: dtypeOf(data), shape, data_offsets: [offset, end] }])
    offset = end
  }
  const json = utf8(JSON.stringify(Object.fromEntries(header)))
  const headerBytes = Math.ceil(json.length / 8) * 8
  if (headerBytes > MAX_HEADER_BYTES) throw corrupt('the header would be larger than 64 KB')
  const file = new Uint8Array(8 + headerBytes + offset)
  if (file.length > MAX_FILE_BYTES) throw corrupt('the file would be larger than 512 MB')
  new DataView(file.buffer).setUint32(0, headerBytes, true)
  file.fill(0x20, 8, 8 + headerBytes)
  file.set(json, 8)
  let position = 8 + headerBytes
  for (const [, { data }] of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position)
    position += data.byteLength
  }
  return file
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const header = readJson(bytes, 'model-corrupt', 'the header is not JSON')
  if (!isRecord(header)) throw corrupt('the header is not a JSON object')
  return header
}

function parseEntry(name: string, value: unknown) {
  if (!isRecord(value)) throw corrupt(`tensor '${name}' is not described by an object`)
  const { dtype, shape, data_offsets: offsets } = value
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype))
    throw corrupt(`tensor '${name}' has a type that is not supported`)
  if (!Array.isArray(shape)) throw corrupt(`tensor '${name}' has no shape`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(Number.isSafeInteger))
    throw corrupt(`tensor '${name}' has no offsets`)
  const [begin, end] = offsets as [number, number]
  const bytes = elements(name, shape) * DTYPES[dtype as Dtype].BYTES_PER_ELEMENT
  if (begin < 0 || end - begin !== bytes)
    throw corrupt(`tensor '${name}' of shape [${shape}] claims ${end - begin} bytes, not ${bytes}`)
  return { name, dtype: dtype as Dtype, shape: shape as readonly number[], begin, end }
}

function elements(name: string, shape: readonly unknown[]): number {
  if (shape.length > MAX_DIMENSIONS) throw corrupt(`tensor '${name}' has more than 4 dimensions`)
  let product = 1
  for (const extent of shape) {
    if (typeof extent !== 'number' || !Number.isSafeInteger(extent) || extent < 0)
      throw corrupt(`tensor '${name}' has an invalid shape`)
    product *= extent
    if (product > MAX_FILE_BYTES) throw corrupt(`tensor '${name}' is larger than 512 MB`)
  }
  return product
}

function checkFinite(name: string, data: Float32Array): void {
  for (let i = 0; i < data.length; i++) {
    // Negated, so that NaN fails as well.
    if (!(Math.abs(data[i]) <= MAX_MAGNITUDE))
      throw corrupt(`tensor '${name}' has the invalid weight ${data[i]} at index ${i}`)
  }
}

export type TensorData = Float32Array | Int8Array | Uint8Array | Uint16Array | Uint32Array

export interface Tensor {
  readonly shape: readonly number[]
  /** Values, row-major; their number is the product of `shape`. */
  readonly data: TensorData
}

export type Tensors = ReadonlyMap<string, Tensor>
