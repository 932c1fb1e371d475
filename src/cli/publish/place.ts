/**
 * @module Writes files where a web server reads them, atomically: complete or not at all. Compressed forms lie beside
 * them, as `NAME.br` and `NAME.gz`.
 */
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { NearsideError } from '@nearside/core/error.ts'
import { nodeDisk } from '@nearside/train/models/disk.ts'

/** Places a folder whose name is a hash of its content, unless it exists. */
export async function placeFolder(
  target: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  if ((await nodeDisk.list(target)).length > 0) return
  await aside(target, async (draft) => {
    for (const [name, bytes] of files) {
      await nodeDisk.makeFolder(dirname(join(draft, name)))
      await nodeDisk.write(join(draft, name), bytes)
    }
  })
}

export async function placeFile(target: string, bytes: Uint8Array): Promise<void> {
  await aside(target, (draft) => nodeDisk.write(draft, bytes))
}

/** Makes a file or folder beside `target`, then renames it to `target`. */
async function aside(target: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = join(dirname(target), `.staging-${randomUUID()}`)
  try {
    await nodeDisk.makeFolder(dirname(target))
    await write(draft)
    await nodeDisk.rename(draft, target)
    await nodeDisk.sync(dirname(target))
  } catch (error) {
    throw NearsideError.from(error, 'storage-unavailable', `${target} was not published`)
  } finally {
    await nodeDisk.remove(draft).catch(() => undefined)
  }
}

/**
 * Adds to each file its Brotli and gzip form, if shorter. `least` is the total number of bytes that a browser downloads
 * if it accepts Brotli.
 */
export async function pack(
  plain: ReadonlyMap<string, Uint8Array>,
  quality = constants.BROTLI_MAX_QUALITY,
) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality }
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
