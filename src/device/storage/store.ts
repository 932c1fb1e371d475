/**
 * @module Everything the device keeps, in one place: events, personal model versions, downloaded
 * base model and catalog, ledger, settings. Written once over `Database`, so that a tab without
 * IndexedDB behaves the same until it is closed.
 *
 * | table | key | row |
 * |---|---|---|
 * | events | id | `ShopperEvent` + `order` of arrival |
 * | heads | name | `events`: EventHead; `personal`: { current }; `epoch`: number of erasures; `log`: the pair that signs the log |
 * | personal | version | `PersonalRecord`, the newest three |
 * | downloads | key | last good bytes of `model` and `catalog`; `new-items`: what the catalog's new products are like in that model |
 * | ledger | sequence | `LedgerEntry` |
 * | settings | name | consent, paused, budget, … |
 */
import { type EventDraft, readStoredEvent } from '../../core/events/capture.ts'
import type { ShopperEvent } from '../../core/events/event.ts'
import { sessionOf } from '../../core/events/session.ts'
import type { PersonalizerSnapshot } from '../apiSnapshot.ts'
import type { PendingReport } from '../upload/contribute.ts'
import type { Opening } from '../upload/makeReport.ts'
import type { ContributionTerms } from '../upload/terms.ts'
import type { Database, Durability, Table, Transaction } from './database.ts'
import { requireFinite } from './finite.ts'
import { addToHead, type EventHead, readHead, withLast } from './head.ts'

/** Versions of the personal model that are kept. */
export const VERSIONS_KEPT = 3
/** Beyond this the oldest go: about five years of a busy shopper. */
export const MAX_EVENTS = 10_000

/** Rows of the log's end that are read back at most, to count in them. */
const MAX_OPEN_ROWS = 32

/** A fitted personal model. `version` is given by the store. */
export interface PersonalRecord {
  readonly version: number
  /** Version of the base model that it was fitted on; it means nothing on another. */
  readonly base: string
  readonly time: number
  readonly u: Float32Array
  readonly w: Float32Array
  readonly fusionWeight: number
  /** State of the guard after testing every event up to this fit. */
  readonly guard: unknown
  /** Time of the last event that the fit and the guard saw. */
  readonly until: number
  readonly report: unknown
  /** Hex SHA-256 over u, w and base. */
  readonly checksum: string
  /** 32 random bytes, base64, of the log's commitment to this fit; absent from what an earlier version stored. */
  readonly salt?: string
}

/** Bytes fetched and verified, kept as the last good ones, and what was computed of nothing but those. */
export interface Download {
  readonly key: 'model' | 'catalog' | 'new-items'
  readonly version: string
  readonly url: string
  readonly time: number
  readonly files: Readonly<Record<string, Uint8Array>>
}

export interface LedgerRow {
  readonly sequence: number
  readonly hash: string
}

export interface Settings {
  readonly paused: boolean
  /** `terms`: what was agreed to. */
  readonly consent: {
    readonly contribute: boolean
    readonly since: number | null
    readonly terms?: ContributionTerms
  }
  /** Read by `upload/budget.ts`: what has been spent, in numbers. */
  readonly budget: unknown
  /** A report that may have left, to be sent again. */
  readonly pending: PendingReport
  /** Of the last reports, the plain updates that the log only commits to. */
  readonly openings: readonly Opening[]
  /** What the aggregators asked for last. */
  readonly terms: ContributionTerms
  readonly sent: PersonalizerSnapshot['sent']
  /** Owned by the engine: which one was the faster on this device. */
  readonly calibration: unknown
  /** When the shop's server was last asked for a newer catalog and base model. */
  readonly looked: number
}

const SETTINGS: readonly (keyof Settings)[] = [
  'paused',
  'consent',
  'budget',
  'pending',
  'openings',
  'terms',
  'sent',
  'calibration',
  'looked',
]

/** In `heads`: never exported, and it outlives an erasure, so that the log goes on under one key. */
const LOG_KEYS = 'log'

const ABOUT_THE_SHOPPER: readonly Table[] = ['events', 'heads', 'personal', 'ledger', 'settings']
/** Settings that outlive an erasure: a wish not to be followed, and what can't be unsent, as numbers. */
const KEPT_BY_ERASE: readonly (keyof Settings)[] = ['paused', 'budget', 'sent']
/** What was made from the events, and goes with any of them. */
const MADE_FROM_EVENTS: readonly (keyof Settings)[] = ['pending', 'openings']

interface StoredEvent extends ShopperEvent {
  readonly order: number
}

export type Store = ReturnType<typeof createStore>

export function createStore(database: Database) {
  const read = <T>(tables: readonly Table[], body: (transaction: Transaction) => Promise<T>) =>
    database.transact(tables, 'readonly', 'relaxed', body)
  const write = <T>(
    tables: readonly Table[],
    body: (transaction: Transaction) => Promise<T>,
    durability: Durability = 'relaxed',
  ) =>
    database.transact(tables, 'readwrite', durability, (transaction) =>
      body({
        ...transaction,
        put(table, row, key) {
          requireFinite(row, table)
          return transaction.put(table, row, key)
        },
      }),
    )
  const headOf = async (transaction: Transaction): Promise<EventHead> =>
    readHead(await transaction.get('heads', 'events'))
  const numberAt = async (transaction: Transaction, key: string): Promise<number | null> => {
    const value = await transaction.get('heads', key)
    return typeof value === 'number' ? value : null
  }
  const epochOf = async (transaction: Transaction): Promise<number> =>
    (await numberAt(transaction, 'epoch')) ?? 0
  const readEvents = (rows: readonly unknown[]) => {
    const events = readRows(rows)
      .sort((a, b) => a.time - b.time || a.order - b.order)
      .map(({ order, ...event }): ShopperEvent => event)
    return { events, invalid: rows.length - events.length }
  }
  const readRows = (rows: readonly unknown[]): StoredEvent[] =>
    rows.flatMap((row) => {
      const event = readStoredEvent(row)
      return event ? [{ ...event, order: (row as Partial<StoredEvent>).order ?? 0 }] : []
    })
  const readSettings = async (transaction: Transaction): Promise<Partial<Settings>> => {
    const settings: Record<string, unknown> = {}
    for (const name of SETTINGS) {
      const value = await transaction.get('settings', name)
      if (value !== undefined) settings[name] = value
    }
    return settings
  }
  /** Sessions that an event held together, or began, are those that there would be without it. */
  const placeAgain = async (transaction: Transaction): Promise<void> => {
    let last: ShopperEvent | null = null
    const rows = readRows(await transaction.getAll('events')).sort((a, b) => a.order - b.order)
    for (const row of rows) {
      if (row.seeded) continue
      const placed: StoredEvent = { ...row, session: sessionOf(last, row) }
      if (placed.session !== row.session) await transaction.put('events', placed)
      last = placed
    }
    await transaction.put('heads', withLast(await headOf(transaction), last), 'events')
  }
  const remove = async (
    transaction: Transaction,
    choose: (events: readonly ShopperEvent[]) => readonly ShopperEvent[],
  ): Promise<number> => {
    const head = await headOf(transaction)
    const chosen = choose(readEvents(await transaction.getAll('events')).events)
    for (const { id } of chosen) await transaction.delete('events', id)
    await transaction.put('heads', { ...head, count: head.count - chosen.length }, 'events')
    return chosen.length
  }
  const dropOldest = (share: number): Promise<number> =>
    write(['events', 'heads', 'settings'], async (transaction) => {
      // What was made from them can't be checked against what is left.
      await transaction.delete('settings', 'openings')
      return remove(transaction, (events) =>
        events.slice(0, Math.max(1, Math.ceil(events.length * share))),
      )
    })

  return {
    kind: database.kind,

    /** Stores what is not stored yet and gives each event its session; storing twice changes nothing. */
    async append(drafts: readonly EventDraft[]): Promise<readonly ShopperEvent[]> {
      const [stored, count] = await write(['events', 'heads'], async (transaction) => {
        let head = await headOf(transaction)
        const placed: ShopperEvent[] = []
        for (const draft of drafts) {
          const known = readStoredEvent(await transaction.get('events', draft.id))
          if (known) {
            placed.push(known)
            continue
          }
          const last =
            head.lastTime === null ? null : { time: head.lastTime, session: head.session }
          const event: ShopperEvent = {
            ...draft,
            session: draft.seeded ? draft.id : sessionOf(last, draft),
          }
          await transaction.put('events', { ...event, order: head.order })
          head = addToHead(head, event)
          placed.push(event)
        }
        await transaction.put('heads', head, 'events')
        return [placed, head.count] as const
      })
      if (count > MAX_EVENTS) await dropOldest(0.1)
      return stored
    },

    /** Ascending by time, then by arrival; `invalid`: rows that could not be read back as events. */
    events: () =>
      read(['events'], async (transaction) => readEvents(await transaction.getAll('events'))),

    /**
     * Removes these events, all that was learned, and a report that waits to be sent again; a fit or a
     * report under way may not be stored any more.
     */
    forget: (ids: readonly string[]): Promise<void> =>
      write(['events', 'heads', 'personal', 'settings'], async (transaction) => {
        const gone = new Set(ids)
        for (const name of MADE_FROM_EVENTS) await transaction.delete('settings', name)
        await remove(transaction, (events) => events.filter((event) => gone.has(event.id)))
        await placeAgain(transaction)
        await transaction.clear('personal')
        await transaction.delete('heads', 'personal')
        await transaction.put('heads', (await epochOf(transaction)) + 1, 'epoch')
      }),

    /** Makes room: removes the oldest share of the events. Returns how many went. */
    dropOldest,

    /** Rises when something is erased or forgotten; a fit that began before may not be stored after. */
    epoch: () => read(['heads'], epochOf),

    /** Makes the record the current version, unless an erasure came between. Keeps the newest three. */
    putPersonal: (record: Omit<PersonalRecord, 'version'>, epoch: number): Promise<number | null> =>
      write(['personal', 'heads'], async (transaction) => {
        if ((await epochOf(transaction)) !== epoch) return null
        const rows = (await transaction.getAll('personal')) as readonly { version: number }[]
        const version = (rows.at(-1)?.version ?? 0) + 1
        await transaction.put('personal', { ...record, version })
        await transaction.put('heads', version, 'personal')
        for (const old of rows.slice(0, Math.max(0, rows.length - (VERSIONS_KEPT - 1)))) {
          await transaction.delete('personal', old.version)
        }
        return version
      }),

    personal: () =>
      read(['personal', 'heads'], async (transaction) => ({
        current: await numberAt(transaction, 'personal'),
        versions: await transaction.getAll('personal'),
      })),

    async download(key: Download['key']): Promise<Download | null> {
      const row = await read(['downloads'], (transaction) => transaction.get('downloads', key))
      return isDownload(row) ? row : null
    },

    putDownload: (download: Download): Promise<void> =>
      write(['downloads'], (transaction) => transaction.put('downloads', download)),

    /**
     * Adds rows, or puts them in the place of those with the same sequence, and removes those before
     * `dropBefore`. False unless `after` is the last one's hash: another tab was first.
     */
    appendLedger: (
      rows: readonly LedgerRow[],
      { after, dropBefore }: { readonly after: string | null; readonly dropBefore?: number },
      durability: Durability,
    ): Promise<boolean> =>
      write(
        ['ledger'],
        async (transaction) => {
          const last = (await transaction.last('ledger')) as LedgerRow | undefined
          if ((last?.hash ?? null) !== after) return false
          await Promise.all(rows.map((row) => transaction.put('ledger', row)))
          if (dropBefore !== undefined) {
            const kept = (await transaction.getAll('ledger')) as readonly LedgerRow[]
            const gone = kept.filter(({ sequence }) => sequence < dropBefore)
            await Promise.all(gone.map((row) => transaction.delete('ledger', row.sequence)))
          }
          return true
        },
        durability,
      ),

    /** The last rows, oldest first, as far back as they are `open`, and the one before them. */
    ledgerTail: (open: (row: unknown) => boolean): Promise<readonly unknown[]> =>
      read(['ledger'], async (transaction) => {
        const rows: LedgerRow[] = []
        let row = (await transaction.last('ledger')) as LedgerRow | undefined
        while (row !== undefined) {
          rows.unshift(row)
          if (!open(row) || rows.length > MAX_OPEN_ROWS) break
          row = (await transaction.get('ledger', row.sequence - 1)) as LedgerRow | undefined
        }
        return rows
      }),

    ledger: (): Promise<readonly unknown[]> =>
      read(['ledger'], (transaction) => transaction.getAll('ledger')),

    /** The pair that signs the log; `made` is kept as that where there is none yet. */
    logKeys: (made: CryptoKeyPair | null): Promise<CryptoKeyPair | null> => {
      const known = async (transaction: Transaction) =>
        ((await transaction.get('heads', LOG_KEYS)) ?? null) as CryptoKeyPair | null
      if (made === null) return read(['heads'], known)
      return write(
        ['heads'],
        async (transaction) => {
          const kept = await known(transaction)
          if (kept === null) await transaction.put('heads', made, LOG_KEYS)
          return kept ?? made
        },
        'strict',
      )
    },

    setting: async <K extends keyof Settings>(name: K) =>
      (await read(['settings'], (transaction) => transaction.get('settings', name))) as
        | Settings[K]
        | undefined,

    /** On disk when it resolves, unless `relaxed` is asked for. */
    putSetting: <K extends keyof Settings>(
      name: K,
      value: Settings[K],
      durability: Durability = 'strict',
    ): Promise<void> =>
      write(['settings'], (transaction) => transaction.put('settings', value, name), durability),

    settings: () => read(['settings'], readSettings),

    /**
     * Reads all settings and writes those that `change` returns (undefined removes one), in one
     * transaction that is on disk when it resolves. Rejects with what `change` throws, which may run
     * twice. `epoch` as above.
     */
    changeSettings: (
      change: (settings: Partial<Settings>, epoch: number) => Partial<Settings>,
    ): Promise<void> =>
      write(
        ['settings', 'heads'],
        async (transaction) => {
          const epoch = await epochOf(transaction)
          const changes = Object.entries(change(await readSettings(transaction), epoch))
          for (const [name, value] of changes) {
            if (value === undefined) await transaction.delete('settings', name)
            else await transaction.put('settings', value, name)
          }
        },
        'strict',
      ),

    /**
     * Removes all that is about the shopper; of the ledger, `first` is what is left. False, and nothing
     * is removed, unless `after` is the hash of its last entry: another tab was first.
     */
    erase: (first: LedgerRow, after: string | null): Promise<boolean> =>
      write(
        ABOUT_THE_SHOPPER,
        async (transaction) => {
          const last = (await transaction.last('ledger')) as LedgerRow | undefined
          if ((last?.hash ?? null) !== after) return false
          const epoch = await epochOf(transaction)
          const keys = await transaction.get('heads', LOG_KEYS)
          const settings = await readSettings(transaction)
          for (const table of ABOUT_THE_SHOPPER) await transaction.clear(table)
          await transaction.put('heads', epoch + 1, 'epoch')
          if (keys !== undefined) await transaction.put('heads', keys, LOG_KEYS)
          for (const name of KEPT_BY_ERASE) {
            const value = settings[name]
            if (value !== undefined) await transaction.put('settings', numbersOf(value), name)
          }
          await transaction.put('ledger', first)
          return true
        },
        'strict',
      ),

    /**
     * Deletes databases that the browser could not read and that were set aside; `erase` is about this one.
     * @throws NearsideError `storage-corrupt` where the browser can't delete one either
     */
    dropAside: () => database.dropAside(),

    close: () => database.close(),
  }
}

/** An earlier version kept the report that waits within the budget. */
function numbersOf(kept: unknown): unknown {
  if (typeof kept !== 'object' || kept === null) return kept
  const { pending, ...numbers } = kept as { pending?: unknown }
  return numbers
}

function isDownload(value: unknown): value is Download {
  if (typeof value !== 'object' || value === null) return false
  const { version, files } = value as Partial<Download>
  return (
    typeof version === 'string' &&
    typeof files === 'object' &&
    files !== null &&
    Object.values(files).every((file) => file instanceof Uint8Array)
  )
}
