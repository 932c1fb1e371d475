/**
 * @module Files of the shop that are stored between visits. The stored file is used at once; a newer one is
 * downloaded later.
 */
import { sha256Hex } from '@nearside/core/bytes.ts'
import { readJson } from '@nearside/core/reading.ts'
import type { Download } from '../storage/store.ts'
import type { Parts } from './parts.ts'

/** Stored file. Its methods never reject: a failure adds a notice and changes nothing. */
export interface KeptFile {
  /** Uses the stored file, or else downloads it. */
  start(): Promise<void>
  /** Uses the stored file. @returns whether there was one */
  readKept(): Promise<boolean>
  /** Downloads a newer file, if there is one. */
  update(): Promise<void>
  /** Resolves when the last downloaded file is stored. */
  kept(): Promise<void>
}

interface FileDeps extends Pick<Parts, 'notices' | 'store' | 'transport'> {
  readonly keep: (download: Omit<Download, 'time'>) => Promise<void>
}

/** @param take receives the parsed JSON; throws if it is unusable */
export type OpenFile = (
  key: 'catalog' | 'rules',
  url: string,
  take: (value: unknown) => void,
) => KeptFile

export function createFiles({ store, transport, notices, keep }: FileDeps): OpenFile {
  return (key, url, take) => {
    const name = `${key}.json`
    let taken = ''
    let kept = Promise.resolve()

    function read(bytes: Uint8Array | undefined, version: string): void {
      take(readJson(bytes, `${key}-invalid`, `The ${key} file is not readable JSON`))
      taken = version
    }

    async function readKept(): Promise<boolean> {
      const found = await store.download(key).catch(() => null)
      if (found?.url !== url) return false
      try {
        read(found.files[name], found.version)
        return true
      } catch {
        // The stored file is damaged: download it again.
        return false
      }
    }

    async function update(): Promise<void> {
      try {
        const bytes = await transport.get(url, key)
        const version = await sha256Hex(bytes)
        if (version === taken) return
        read(bytes, version)
        // Don't wait: a new shopper's first list needs no disk.
        kept = keep({ key, version, url, files: { [name]: bytes } })
      } catch (error) {
        notices.add(error, `${key}-invalid`, `The ${key} file is not usable`)
      }
    }

    return {
      async start() {
        if (!(await readKept())) await update()
      },
      readKept,
      update,
      kept: () => kept,
    }
  }
}
