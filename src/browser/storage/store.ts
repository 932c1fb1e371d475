/**
 * @module The device's store, over IndexedDB or over memory (`Database`).
 *
 * | table | key | row |
 * |---|---|---|
 * | events | id | `ShopperEvent` + `order` of arrival |
 * | heads | name | `events`: EventHead; `personal`: { current }; `epoch`: number of erasures; `log`: key pair that signs the log |
 * | personal | version | `PersonalRecord`, the newest three |
 * | downloads | key | last good bytes of `model`, `catalog`, `live` and `rules`; `release`: newest signed release seen; `new-items`: known items most similar to the catalog's new products |
 * | ledger | sequence | `LedgerEntry` |
 * | settings | name | consent, paused, budget, … |
 */
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import { erasedProfiles, readProfiles } from '../profiles.ts'
import {
  type Database,
  type Durability,
  epochOf,
  lastRow,
  numberAt,
  requireFinite,
  TABLES,
  type Table,
  type Transaction,
} from './database.ts'
import { eventRows, placeEvents } from './eventRows.ts'
import { readSettings, type Settings, settingRows } from './settingRows.ts'

const ABOUT_THE_SHOPPER: readonly Table[] = ['events', 'heads', 'personal', 'ledger', 'settings']
const KEPT_BY_ERASE: readonly (keyof Settings)[] = ['paused', 'budget', 'sent', 'declared']

/**
 * Kind of erasure, which decides what remains in addition to `KEPT_BY_ERASE`.
 *
 * - `all` also keeps the shopper's consent to storage, and the downloaded model and catalog.
 * - `no` keeps neither.
 * - `unasked` is like `no`, but deletes nothing if there is a consent to storage, perhaps from another tab.
 */
export type Erasing = 'all' | 'no' | 'unasked'

export type Store = ReturnType<typeof createStore>

/** Content of a store, which can be copied into another store. */
export interface Held {
  readonly events: readonly ShopperEvent[]
  readonly ledger: readonly LedgerEntry[]
  readonly keys: CryptoKeyPair | null
  readonly settings: Partial<Settings>
  readonly personal: { readonly current: number | null; readonly versions: readonly unknown[] }
  readonly epoch: number
}

export function createStore(database: Database) {
  return {
    get kind() {
      return database.kind
    },
    get aside() {
      return database.aside
    },
    ...eventRows(database),
    ...personalRows(database),
    ...downloadRows(database),
    ...ledgerRows(database),
    ...settingRows(database),

    epoch: () => database.transact(['heads'], 'readonly', epochOf),

    /**
     * Removes everything about the shopper; the log then has only the entry `first`. Returns false, without a change,
     * if `after` is not the hash of the log's last entry, because another tab wrote first.
     */
    erase: (first: LedgerEntry, after: string | null, how: Erasing = 'all'): Promise<boolean> =>
      database.transact(TABLES, 'erasure', async (table) => {
        if (!(await isLast(table, after))) return false
        const epoch = await epochOf(table)
        const keys = await table('heads').get(LOG_KEYS)
        const settings = await readSettings(table)
        if (how === 'unasked' && settings.persist) return true
        for (const name of how === 'all' ? ABOUT_THE_SHOPPER : TABLES) await table(name).clear()
        await table('heads').put(epoch + 1, 'epoch')
        if (keys !== undefined) await table('heads').put(keys, LOG_KEYS)
        for (const name of how === 'all' ? [...KEPT_BY_ERASE, 'persist' as const] : KEPT_BY_ERASE) {
          const value = settings[name]
          if (value !== undefined) await table('settings').put(value, name)
        }
        const { profiles } = settings
        if (profiles)
          await table('settings').put(erasedProfiles(readProfiles(profiles)), 'profiles')
        requireFinite(first, 'ledger')
        await table('ledger').put(first)
        return true
      }),

    /**
     * Adds another store's content in one transaction: new events, the given settings, and the personal model if there
     * is none here. Returns false, without a change, if `after` isn't the hash of the last `ledger` entry here.
     */
    setUp: (
      { events = [], ledger = [], keys = null, settings = {}, personal, epoch = 0 }: Partial<Held>,
      after: string | null = null,
    ): Promise<boolean> =>
      database.transact(ABOUT_THE_SHOPPER, 'strict', async (table) => {
        if (!(await isLast(table, after))) return false
        requireFinite({ events, ledger, settings, personal, epoch }, 'data')
        const { rows, head } = await placeEvents(table, events)
        for (const row of rows) await table('events').put(row)
        await table('heads').put(head, 'events')
        for (const row of ledger) await table('ledger').put(row)
        if (keys && (await table('heads').get(LOG_KEYS)) === undefined)
          await table('heads').put(keys, LOG_KEYS)
        for (const [name, value] of Object.entries(settings))
          if (value !== undefined) await table('settings').put(value, name)
        if (epoch > (await epochOf(table))) await table('heads').put(epoch, 'epoch')
        if (personal?.current && (await lastRow(table('personal'))) === undefined) {
          for (const version of personal.versions) await table('personal').put(version)
          await table('heads').put(personal.current, 'personal')
        }
        return true
      }),

    /**
     * Deletes databases that the browser could not read and that were set aside; `erase` covers this database only.
     * @throws NearsideError `storage-corrupt` if the browser can't delete them
     */
    dropAside: () => database.dropAside(),

    close: () => database.close(),
  }
}

/** Maximum number of rows read from the log's end, to find today's entries. */
const MAX_OPEN_ROWS = 32

/** Name in `heads` of the log's key pair. The pair is never exported, and survives an erasure. */
const LOG_KEYS = 'log'

/** @param hash expected hash of the log's last entry; null if the log must be empty */
async function isLast(table: Transaction, hash: string | null): Promise<boolean> {
  const last = (await lastRow(table('ledger'))) as LedgerEntry | undefined
  return (last?.hash ?? null) === hash
}

const entriesOf = async (table: Transaction) =>
  (await table('ledger').getAll()) as readonly LedgerEntry[]

const ledgerRows = (database: Database) => ({
  /**
   * Adds rows, or replaces rows with the same sequence, and removes rows before `dropBefore`. Returns false if `after`
   * is not the last entry's hash, because another tab wrote first.
   */
  appendLedger: (
    rows: readonly LedgerEntry[],
    { after, dropBefore }: { readonly after: string | null; readonly dropBefore?: number },
    durability: Durability,
  ): Promise<boolean> =>
    database.transact(['ledger'], durability, async (table) => {
      if (!(await isLast(table, after))) return false
      requireFinite(rows, 'ledger')
      await Promise.all(rows.map((row) => table('ledger').put(row)))
      if (dropBefore !== undefined) {
        const kept = await entriesOf(table)
        const gone = kept.filter(({ sequence }) => sequence < dropBefore)
        await Promise.all(gone.map((row) => table('ledger').delete(row.sequence)))
      }
      return true
    }),

  /** Rows at the log's end for which `open` is true, oldest first, preceded by the row before them. */
  ledgerTail: (open: (entry: LedgerEntry) => boolean): Promise<readonly LedgerEntry[]> =>
    database.transact(['ledger'], 'readonly', async (table) => {
      const rows: LedgerEntry[] = []
      let row = (await lastRow(table('ledger'))) as LedgerEntry | undefined
      while (row !== undefined) {
        rows.unshift(row)
        if (!open(row) || rows.length > MAX_OPEN_ROWS) break
        row = (await table('ledger').get(row.sequence - 1)) as LedgerEntry | undefined
      }
      return rows
    }),

  ledger: () => database.transact(['ledger'], 'readonly', entriesOf),

  /** Key pair that signs the log; `made` is stored if the log has no key pair yet. */
  logKeys: (made: CryptoKeyPair | null): Promise<CryptoKeyPair | null> => {
    const known = async (table: Transaction) =>
      ((await table('heads').get(LOG_KEYS)) ?? null) as CryptoKeyPair | null
    if (made === null) return database.transact(['heads'], 'readonly', known)
    return database.transact(['heads'], 'strict', async (table) => {
      const kept = await known(table)
      if (kept === null) await table('heads').put(made, LOG_KEYS)
      return kept ?? made
    })
  },
})

const VERSIONS_KEPT = 3

/** Fitted personal model. The store assigns `version`. */
export interface PersonalRecord {
  readonly version: number
  /** Hex SHA-256 of the manifest of the fit's base model; the personal parameters are valid for that model only. */
  readonly base: string
  readonly time: number
  readonly u: Float32Array
  readonly w: Float32Array
  readonly fusionWeight: number
  /** State of the guard (decides whether the personal model may change lists) after every event up to this fit. */
  readonly guard: unknown
  /** Time of the last event that the fit and the guard used, milliseconds since the epoch. */
  readonly until: number
  readonly report: unknown
  /** Hex SHA-256 over u, w and base. */
  readonly checksum: string
  /** Salt of the log's commitment to this fit: 32 random bytes, base64. */
  readonly salt: string
}

const personalRows = (database: Database) => ({
  /**
   * Stores the record as the current version and keeps the newest three; null if anything was erased or forgotten since
   * `epoch` was read.
   */
  putPersonal: (record: Omit<PersonalRecord, 'version'>, epoch: number): Promise<number | null> =>
    database.transact(['personal', 'heads'], 'relaxed', async (table) => {
      if ((await epochOf(table)) !== epoch) return null
      const rows = (await table('personal').getAll()) as readonly { version: number }[]
      const version = (rows.at(-1)?.version ?? 0) + 1
      requireFinite(record, 'personal')
      await table('personal').put({ ...record, version })
      await table('heads').put(version, 'personal')
      for (const old of rows.slice(0, Math.max(0, rows.length - (VERSIONS_KEPT - 1)))) {
        await table('personal').delete(old.version)
      }
      return version
    }),

  personal: () =>
    database.transact(['personal', 'heads'], 'readonly', async (table) => ({
      current: await numberAt(table, 'personal'),
      versions: await table('personal').getAll(),
    })),
})

/** Last verified bytes of a download, and data that were computed only from these bytes. */
export interface Download {
  readonly key: 'model' | 'release' | 'catalog' | 'live' | 'rules' | 'rules-release' | 'new-items'
  readonly version: string
  readonly url: string
  readonly time: number
  readonly files: Readonly<Record<string, Uint8Array>>
}

const downloadRows = (database: Database) => ({
  async download(key: Download['key']): Promise<Download | null> {
    const row = await database.transact(['downloads'], 'readonly', (table) =>
      table('downloads').get(key),
    )
    return isDownload(row) ? row : null
  },

  putDownload: (download: Download): Promise<void> =>
    database.transact(['downloads'], 'relaxed', async (table) => {
      requireFinite(download, 'downloads')
      await table('downloads').put(download)
    }),
})

function isDownload(value: unknown): value is Download {
  if (!isRecord(value)) return false
  const { version, files } = value
  return (
    typeof version === 'string' &&
    isRecord(files) &&
    Object.values(files).every((file) => file instanceof Uint8Array)
  )
}
