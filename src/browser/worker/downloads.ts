/**
 * @module Files of the shop that are stored between visits. The stored file is used at once; a newer file is downloaded
 * later.
 */
import { sha256Hex } from '@nearside/core/bytes.ts'
import { PIECE } from '@nearside/core/catalog/catalogLines.ts'
import type { ErrorCode } from '@nearside/core/error.ts'
import { readJson } from '@nearside/core/reading.ts'
import type { Download } from '../storage/store.ts'
import type { Services } from './services.ts'

type FileKey = 'catalog' | 'live' | 'rules'

/** Purpose of a file's request, and error code of its notice. */
const aboutOf = (key: FileKey): readonly ['catalog' | 'rules', ErrorCode] =>
  key === 'rules' ? [key, 'rules-invalid'] : ['catalog', 'catalog-invalid']

/** Stores a download. If storing it fails, the device still uses the download and adds a notice. */
export async function keepDownload(
  { notices, now, store }: Services,
  download: Omit<Download, 'time'>,
): Promise<void> {
  try {
    await store.putDownload({ time: now(), ...download })
  } catch (error) {
    notices.add(error, 'storage-full', `The ${download.key} could not be stored`)
  }
}

/**
 * Receives the file's content, its SHA-256, and whether the device had stored it. The function throws or rejects if the
 * file is unusable.
 */
export type Take = (value: unknown, version: string, isKept: boolean) => void | Promise<void>

/** Reads a file in parts. Without this reader, or if `end` returns null, the whole file is parsed as JSON. */
interface Parts {
  add(bytes: Uint8Array): void
  end(): unknown
}

export type KeptFile = ReturnType<typeof createKeptFile>

/** File of the shop that this device stores. The methods never reject: a failure adds a notice and changes nothing. */
export function createKeptFile(
  services: Services,
  key: FileKey,
  url: string,
  take: Take,
  inParts?: () => Parts,
) {
  const { nextTask, notices, store, transport } = services
  const name = `${key}.json`
  /** SHA-256 of the file in use; empty before the first file. */
  let inUse = ''
  let kept = Promise.resolve()

  /** @returns whether there was a usable stored file */
  async function readKept(): Promise<boolean> {
    const found = await store.download(key).catch(() => null)
    if (found?.url !== url) return false
    try {
      await read(found.files[name], found.version, true)
      return true
    } catch {
      // The stored file is damaged, so it is downloaded again.
      return false
    }
  }

  /** Downloads a newer file, if there is one. @returns true if the server's file was in use already */
  async function update(): Promise<boolean> {
    const [purpose, code] = aboutOf(key)
    try {
      // If no file is in use yet, the parts can be used as they arrive.
      const parts = inUse === '' ? inParts?.() : undefined
      const onPart = (part: Uint8Array) => parts?.add(part)
      const bytes = await transport.get(url, purpose, { onPart })
      const version = await sha256Hex(bytes)
      if (version === inUse) return true
      await read(bytes, version, false, parts)
      // Nothing waits for the disk here, because a new shopper's first list needs no disk.
      kept = keepDownload(services, { key, version, url, files: { [name]: bytes } })
    } catch (error) {
      notices.add(error, code, `The ${key} file is not usable`)
    }
    return false
  }

  /** @param arrived reader that has got the file's parts as they arrived; absent without such a reader */
  async function read(
    bytes: Uint8Array | undefined,
    version: string,
    isKept: boolean,
    arrived?: Parts,
  ): Promise<void> {
    const parts = arrived ?? inParts?.()
    if (!arrived && parts && bytes)
      for (let from = 0; from < bytes.length; from += PIECE) {
        parts.add(bytes.subarray(from, from + PIECE))
        await nextTask()
      }
    const why = `The ${key} file is not readable JSON`
    await take(parts?.end() ?? readJson(bytes, aboutOf(key)[1], why), version, isKept)
    inUse = version
  }

  return {
    readKept,
    update,
    /** Resolves when the last downloaded file is stored. */
    stored: () => kept,
    async start(): Promise<void> {
      if (!(await readKept())) await update()
    },
  }
}
