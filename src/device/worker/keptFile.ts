/**
 * @module Files of the shop's that are kept from visit to visit: what was kept answers at once, and the
 * network is asked for a newer one when there is time.
 */
import { sha256Hex } from '../../core/bytes.ts'
import { readJson } from '../../core/reading.ts'
import type { Download } from '../storage/downloadRows.ts'
import type { Parts } from './parts.ts'

/** None of its methods rejects: what goes wrong is said, and all stays as it was. */
export interface KeptFile {
  /** Takes what was kept, or else asks for it. */
  start(): Promise<void>
  /** @returns whether there was one to take */
  readKept(): Promise<boolean>
  /** Asks for a newer one. */
  update(): Promise<void>
  /** Resolves when what was taken last is kept. */
  kept(): Promise<void>
}

interface FileDeps extends Pick<Parts, 'notices' | 'store' | 'transport'> {
  readonly keep: (download: Omit<Download, 'time'>) => Promise<void>
}

/** @param take what its JSON says; throws where that is of no use */
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
        // Damaged at rest: it is fetched anew.
        return false
      }
    }

    async function update(): Promise<void> {
      try {
        const bytes = await transport.get(url, key)
        const version = await sha256Hex(bytes)
        if (version === taken) return
        read(bytes, version)
        // Not waited for here: a new shopper's first list needs no disk.
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
