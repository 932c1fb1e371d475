/**
 * @module Files of the shop that are stored between visits. The stored file is used at once; a newer one is
 * downloaded later.
 */
import { sha256Hex } from '@nearside/core/bytes.ts'
import type { ErrorCode } from '@nearside/core/error.ts'
import { readJson } from '@nearside/core/reading.ts'
import type { Download } from '../storage/store.ts'
import type { Services } from './services.ts'

type FileKey = 'catalog' | 'live' | 'rules'

/** Purpose of the request and code of the notice. The live file belongs to the catalog. */
const ABOUT: Readonly<Record<FileKey, readonly ['catalog' | 'rules', ErrorCode]>> = {
  catalog: ['catalog', 'catalog-invalid'],
  live: ['catalog', 'catalog-invalid'],
  rules: ['rules', 'rules-invalid'],
}

/** Stores downloads. If that fails, the device still uses the download and adds a notice. */
export class Downloads {
  readonly #services: Services

  constructor(services: Services) {
    this.#services = services
  }

  async keep(download: Omit<Download, 'time'>): Promise<void> {
    const { notices, now, store } = this.#services
    try {
      await store.putDownload({ time: now(), ...download })
    } catch (error) {
      notices.add(error, 'storage-full', `The ${download.key} could not be stored`)
    }
  }

  /** @param take receives the parsed JSON and the file's SHA-256; throws if the file is unusable */
  file(key: FileKey, url: string, take: (value: unknown, version: string) => void): KeptFile {
    return new KeptFile(this.#services, this, key, url, take)
  }
}

/** Stored file. Its methods never reject: a failure adds a notice and changes nothing. */
export class KeptFile {
  readonly #services: Services
  readonly #downloads: Downloads
  readonly #key: FileKey
  readonly #url: string
  readonly #take: (value: unknown, version: string) => void
  /** SHA-256 of the file in use. */
  #version = ''
  #kept = Promise.resolve()

  constructor(
    services: Services,
    downloads: Downloads,
    key: FileKey,
    url: string,
    take: (value: unknown, version: string) => void,
  ) {
    this.#services = services
    this.#downloads = downloads
    this.#key = key
    this.#url = url
    this.#take = take
  }

  get #name(): string {
    return `${this.#key}.json`
  }

  /** Uses the stored file, or else downloads it. */
  async start(): Promise<void> {
    if (!(await this.readKept())) await this.update()
  }

  /** Uses the stored file. @returns whether there was one */
  async readKept(): Promise<boolean> {
    const found = await this.#services.store.download(this.#key).catch(() => null)
    if (found?.url !== this.#url) return false
    try {
      this.#read(found.files[this.#name], found.version)
      return true
    } catch {
      // The stored file is damaged: download it again.
      return false
    }
  }

  /** Downloads a newer file, if there is one. */
  async update(): Promise<void> {
    const { notices, transport } = this.#services
    const [key, url] = [this.#key, this.#url]
    const [purpose, code] = ABOUT[key]
    try {
      const bytes = await transport.get(url, purpose)
      const version = await sha256Hex(bytes)
      if (version === this.#version) return
      this.#read(bytes, version)
      // Don't wait: a new shopper's first list needs no disk.
      this.#kept = this.#downloads.keep({ key, version, url, files: { [this.#name]: bytes } })
    } catch (error) {
      notices.add(error, code, `The ${key} file is not usable`)
    }
  }

  /** Resolves when the last downloaded file is stored. */
  kept(): Promise<void> {
    return this.#kept
  }

  #read(bytes: Uint8Array | undefined, version: string): void {
    const key = this.#key
    this.#take(readJson(bytes, ABOUT[key][1], `The ${key} file is not readable JSON`), version)
    this.#version = version
  }
}
