/** @module Writes the folder of an import: all files or none. */
import { randomBytes } from 'node:crypto'
import {
  access,
  constants,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { packFile, type WrittenFile } from '../shop/packFile.ts'

interface OutputOptions {
  readonly out: string
  readonly keepShopperIds?: boolean
  readonly dryRun?: boolean
}

/**
 * Creates the folder before the import starts.
 * @throws NearsideError `input-invalid` if the folder can't be created or written
 */
export async function openOutput(options: OutputOptions) {
  const { dryRun = false, keepShopperIds = false } = options
  const out = resolve(options.out)
  const made = dryRun ? undefined : await makeFolder(out)
  const known = keepShopperIds ? undefined : await readKey(`${out}.key`)
  const key = keepShopperIds ? null : (known ?? randomBytes(32).toString('hex'))
  return {
    /** Secret key of the shopper-id hashes, hex; null if the ids stay unchanged. */
    key,
    async write(
      texts: Readonly<Record<string, AsyncIterable<string | Uint8Array> | Iterable<string>>>,
      report: (files: readonly WrittenFile[]) => unknown,
    ): Promise<WrittenFile[]> {
      if (dryRun) return []
      const parts = await mkdtemp(join(out, '.import-'))
      try {
        const files: WrittenFile[] = []
        for (const [name, text] of Object.entries(texts))
          files.push(await packFile(parts, name, text))
        await writeFile(join(parts, 'report.json'), `${JSON.stringify(report(files), null, 2)}\n`)
        if (key !== known && key !== null)
          await writeFile(`${out}.key`, `${key}\n`, { mode: 0o600, flag: 'wx' })
        for (const name of [...files.map(({ name }) => name), 'report.json'])
          await rename(join(parts, name), join(out, name))
        for (const name of Object.keys(texts)) await rm(join(out, name), { force: true })
        return files
      } finally {
        await rm(parts, { recursive: true, force: true })
      }
    },
    async discard(): Promise<void> {
      if (made !== undefined) await rm(made, { recursive: true, force: true })
    },
  }
}

/**
 * Creates folders one by one, because `mkdir` with `recursive` never returns in `/proc`.
 * @returns the outermost folder that was created
 */
async function makeFolder(path: string): Promise<string | undefined> {
  const about = await stat(path).catch(() => undefined)
  try {
    if (about?.isDirectory()) {
      await access(path, constants.W_OK)
      return undefined
    }
    const made = dirname(path) === path ? undefined : await makeFolder(dirname(path))
    await mkdir(path)
    return made ?? path
  } catch (error) {
    if (error instanceof NearsideError) throw error
    throw invalidInput(`--out ${path}: the folder can't be written`, error)
  }
}

/** Reads the stored key, so that a shopper keeps the same id in the next import. */
async function readKey(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw NearsideError.from(error, 'input-invalid', `${path} cannot be read`)
  })
  if (text === undefined || /^[0-9a-f]{64}\n$/.test(text)) return text?.trim()
  throw invalidInput(
    `${path}: is not the key of an import; restore it, or delete it to give shoppers new ids`,
  )
}
