/** @module Opens an aggregator's database by its URL. */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import { openSqlite } from './sqlite.ts'
import { createStore, type Store } from './store.ts'

export interface StoreOptions {
  readonly role: 'leader' | 'helper'
  /** Key of 32 bytes that encrypts secrets in PostgreSQL; null leaves them readable there. */
  readonly key: Uint8Array | null
  /** SQLite: called when the disk fails. */
  readonly fatal: (error: NearsideError) => void
}

export const STORE_URL = /^(sqlite:.|postgres(ql)?:\/\/.)/

/**
 * @param url `sqlite:FILE` or `postgres://…`
 * @throws NearsideError `storage-unavailable` | `storage-corrupt`
 */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const [, file] = /^sqlite:(.+)$/.exec(url) ?? []
  if (file !== undefined) {
    await mkdir(dirname(file), { recursive: true })
    return openSqliteStore(file, options.fatal)
  }
  // Load the driver on demand: SQLite users need not install it.
  const { openPostgres } = await import('./postgres.ts').catch((thrown) => {
    if ((thrown as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw thrown
    throw new NearsideError('storage-unavailable', 'PostgreSQL needs its driver: npm install pg')
  })
  return createStore(await openPostgres(url, options.role, options.key))
}

/** @param file path, or `:memory:` */
export const openSqliteStore = (...given: Parameters<typeof openSqlite>): Store =>
  createStore(openSqlite(...given))
