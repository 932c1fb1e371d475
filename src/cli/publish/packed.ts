/** @module Files with their compressed forms beside them, as web servers find them: `NAME.br`, `NAME.gz`. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

interface Packed {
  /** The files, and each compressed form that is shorter, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Total bytes with each file in its shortest form, which most browsers accept. */
  readonly least: number
}

const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }

export async function pack(plain: ReadonlyMap<string, Uint8Array>): Promise<Packed> {
  const files = new Map<string, Uint8Array>()
  let least = 0
  for (const [name, bytes] of plain) {
    const [br, gz] = await Promise.all([
      promisify(brotliCompress)(bytes, { params }),
      promisify(gzip)(bytes, { level: 9 }),
    ])
    files.set(name, bytes)
    for (const [ending, form] of Object.entries({ br, gz }))
      if (form.length < bytes.length) files.set(`${name}.${ending}`, form)
    least += Math.min(bytes.length, br.length)
  }
  return { files, least }
}
