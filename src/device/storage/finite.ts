/** @module The store's last door: no NaN and no infinity is ever written, wherever it came from. */
import { NearsideError } from '../../core/error.ts'

/** @throws NearsideError `input-invalid` naming the path of the first number that is not finite */
export function requireFinite(value: unknown, path: string): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw new NearsideError('input-invalid', `Not stored: ${path} is ${value}.`)
    }
  } else if (value instanceof Float32Array || value instanceof Float64Array) {
    const at = value.findIndex((x) => !Number.isFinite(x))
    if (at >= 0)
      throw new NearsideError('input-invalid', `Not stored: ${path}[${at}] is ${value[at]}.`)
  } else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    // Bytes and integers cannot be NaN.
  } else if (Array.isArray(value)) {
    value.forEach((entry, i) => void requireFinite(entry, `${path}[${i}]`))
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, entry] of Object.entries(value)) requireFinite(entry, `${path}.${name}`)
  }
}
