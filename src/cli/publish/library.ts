/** @module The library's files for pages without a bundler, in a folder that is named by a hash of its content. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromHex, sha256Hex, toBase64, utf8 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { pack } from './packed.ts'
import { START } from './snippet.ts'

interface Library {
  /** Path of the folder in the published folder. */
  readonly folder: string
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Integrity value `sha256-…` of a file, for a tag's `integrity`. */
  readonly integrity: (name: string) => Promise<string>
}

/**
 * @param folder `dist/lib` of the package
 * @throws NearsideError `input-invalid` if the folder lacks the library's files
 */
export async function readLibrary(folder: string): Promise<Library> {
  const entries = await readdir(folder, { recursive: true }).catch(() => [])
  const names = entries.filter((name) => /\.(js|css)$/.test(name)).sort()
  if (
    !['adapters', 'device', 'element', 'index', 'worker'].every((one) =>
      names.includes(`${one}.js`),
    )
  )
    throw new NearsideError('input-invalid', `${folder} is not the library's dist/lib`)
  const plain = new Map<string, Uint8Array>([['start.js', utf8(START)]])
  for (const name of names) plain.set(name, await readFile(join(folder, name)))
  const hashes = await Promise.all(
    [...plain].map(async ([name, bytes]) => name + (await sha256Hex(bytes))),
  )
  const { files } = await pack(plain)
  return {
    folder: `nearside/${(await sha256Hex(utf8(hashes.join()))).slice(0, 16)}`,
    files,
    integrity: async (name) =>
      `sha256-${toBase64(fromHex(await sha256Hex(plain.get(name) ?? new Uint8Array(0))))}`,
  }
}
