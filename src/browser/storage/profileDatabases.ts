/** @module Databases of the people for whom the shopper shops, named by a random id instead of by the person. */
import { readProfiles, settingOf } from '../profiles.ts'
import { deleteAll, isMissing } from './connection.ts'
import { TABLES } from './database.ts'
import { openIndexedDb } from './indexedDb.ts'
import type { Store } from './store.ts'

const prefixOf = (database: string) => `${database} for `

export const profileDatabase = (database: string, id: string) => prefixOf(database) + id

export interface Place {
  /** Name of the device's own database, with which the names of all other people's databases begin. */
  readonly database: string
  readonly factory: IDBFactory | undefined
  /** Callback for the error if the browser can't delete a database that is already empty. */
  readonly failed: (error: unknown) => void
}

/**
 * Erases the databases of removed people. The function resolves when these databases are empty on disk; deleting them
 * may have to wait for another tab, and is tried again at the next start.
 * @throws NearsideError `storage-…` if anything is left on disk
 */
export async function eraseGone(
  store: Pick<Store, 'changeSettings' | 'setting'>,
  { database, factory, failed }: Place,
): Promise<void> {
  const { gone } = readProfiles(await store.setting('profiles'))
  await Promise.all(gone.map((id) => empty(profileDatabase(database, id), factory)))
  if (gone.length === 0) return
  const done = () =>
    store
      .changeSettings(({ profiles }) => {
        const known = readProfiles(profiles)
        const left = known.gone.filter((id) => !gone.includes(id))
        return { profiles: settingOf({ ...known, gone: left }) }
      }, 'strict')
      // If the store was closed or erased meanwhile, the next start deletes the databases again, which does no harm.
      .catch(() => undefined)
  const deleting = gone.map((id) => factory && deleteAll(profileDatabase(database, id), factory))
  Promise.all(deleting).then(done, failed)
}

/** Ids of all people with a database, also of those whom a damaged device database no longer names. */
export async function foundOnDisk({ database, factory }: Place): Promise<readonly string[]> {
  const prefix = prefixOf(database)
  const known = (await factory?.databases?.().catch(() => [])) ?? []
  const ids = known.flatMap(({ name = '' }) =>
    name.startsWith(prefix) ? name.slice(prefix.length).replace(/~\d+$/, '') : [],
  )
  return [...new Set(ids)]
}

async function empty(name: string, factory: IDBFactory | undefined): Promise<void> {
  if (!factory) return
  try {
    const disk = await openIndexedDb(name, factory, 'never')
    try {
      await disk.transact(TABLES, 'erasure', async (table) => {
        for (const name of TABLES) await table(name).clear()
      })
      await disk.dropAside()
    } finally {
      disk.close()
    }
  } catch (error) {
    if (isMissing(error)) return
    // Even a database that the browser can't open can sometimes be deleted.
    await deleteAll(name, factory)
  }
}
