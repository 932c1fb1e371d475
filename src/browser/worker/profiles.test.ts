/**
 * @module Tests the stores of the people for whom a shopper shops. The worker's real code runs on an implementation of
 * IndexedDB in Node.
 */
import 'fake-indexeddb/auto'
import { parseBundle } from '@nearside/audit/bundle.ts'
import { verifyBundle } from '@nearside/audit/verify.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { TestServer } from '@nearside/core/model/testShop.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { DAY } from '@nearside/core/time.ts'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { WorkerConfig } from '../messages.ts'
import { ME, NOBODY } from '../profiles.ts'
import { TABLES } from '../storage/database.ts'
import { openIndexedDb } from '../storage/indexedDb.ts'
import { profileDatabase } from '../storage/profileDatabases.ts'
import { createStore } from '../storage/store.ts'
import type { Environment } from './services.ts'
import { createBus } from './state.ts'
import { agreeTo, FEDERATION, TestAggregators } from './testAggregators.ts'
import { ids, live, openDevice, start, type TestDevice, testServer } from './testDevice.ts'

let server: TestServer
let disk: IDBFactory
let database: string
let made = 0
beforeAll(async () => {
  server = await testServer()
})
beforeEach(() => {
  disk = new IDBFactory()
  database = `profiles-${made++}`
})

const environment = (): Partial<Environment> => ({ indexedDb: () => disk })
const open = (config: Partial<WorkerConfig> = {}, more: Partial<Environment> = {}) =>
  start(server, database, { ...environment(), ...more }, config)
/** Opens a device that the test must close itself. */
const visit = (config: Partial<WorkerConfig> = {}) =>
  openDevice(server, database, environment(), config)

type Tested = Pick<TestDevice, 'device' | 'capture'>
const look = ({ capture }: Tested, item_id: string) => capture({ name: 'view_item', item_id })
const listOf = async ({ device }: Tested) => ids(await device.recommend({ limit: 8 }))
const itemsOf = async ({ device }: Tested) => (await device.events(100)).flatMap((e) => e.items)
const namesOnDisk = async () => (await disk.databases()).map(({ name = '' }) => name).sort()
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: NearsideError) => error.code,
  )

async function addPerson({ device }: Tested, name = 'Grandma'): Promise<string> {
  const id = await device.profiles('add', name)
  if (id === undefined) throw new Error('no id')
  return id
}

/** Content of all databases, as text. */
async function onDisk(): Promise<string> {
  const texts: string[] = []
  for (const name of await namesOnDisk()) {
    const opened = await openIndexedDb(name, disk, 'never')
    for (const table of TABLES.filter((one) => one !== 'downloads'))
      texts.push(
        JSON.stringify(await opened.transact([table], 'readonly', (open) => open(table).getAll())),
      )
    opened.close()
  }
  return texts.join('\n')
}

/**
 * Keeps a write transaction on a database's events open, so that other writes wait.
 * @returns function that ends the transaction
 */
async function hold(name: string): Promise<() => void> {
  const opening = disk.open(name)
  await new Promise((done) => opening.addEventListener('success', done))
  const events = opening.result.transaction('events', 'readwrite').objectStore('events')
  let isHeld = true
  const goOn = () => {
    if (isHeld) events.count().onsuccess = goOn
    else opening.result.close()
  }
  goOn()
  return () => {
    isHeld = false
  }
}

describe('another person', () => {
  test('another person for whom the shopper shops has their own events, list and model, even after a restart', async () => {
    const before = await visit()
    await live(before)
    await before.device.fineTune({})
    const mine = await listOf(before)
    const { fit } = before.device.snapshot()
    const id = await addPerson(before)
    await before.device.profiles('switch', id)
    expect(await itemsOf(before)).toEqual([])
    expect(before.device.snapshot()).toMatchObject({ fit: null, profiles: { current: id } })
    expect(await listOf(before)).not.toEqual(mine)
    for (const item of ['item-7', 'item-11', 'item-15']) await look(before, item)
    await before.device.fineTune({})
    const theirs = await listOf(before)
    expect(theirs).not.toEqual(mine)
    await before.device.profiles('switch', ME)
    expect(before.device.snapshot().fit).toEqual(fit)
    expect(await listOf(before)).toEqual(mine)
    expect(await itemsOf(before)).not.toContain('item-7')
    await before.device.profiles('switch', id)
    await before.device.close()

    const after = await open()
    expect(after.device.snapshot().profiles).toEqual({
      current: id,
      others: [{ id, name: 'Grandma' }],
    })
    expect(await itemsOf(after)).toEqual(['item-15', 'item-11', 'item-7'])
    expect(await listOf(after)).toEqual(theirs)
    await after.device.profiles('switch', ME)
    expect(await listOf(after)).toEqual(mine)
  })

  test('another person has a database whose name does not contain the person’s name', async () => {
    const tested = await open()
    const id = await addPerson(tested)
    await tested.device.profiles('switch', id)
    await look(tested, 'item-3')
    expect(await namesOnDisk()).toEqual([database, profileDatabase(database, id)])
    expect((await namesOnDisk()).join()).not.toContain('Grandma')
    const theirs = createStore(await openIndexedDb(profileDatabase(database, id), disk, 'never'))
    expect((await theirs.events()).events.map(({ items }) => items)).toEqual([['item-3']])
    expect(await theirs.settings()).toEqual({})
    expect(await theirs.ledger()).toEqual([])
    theirs.close()
  })

  test('another person can be renamed, and removed with their database; the shopper’s own events are then in use', async () => {
    const tested = await open()
    await look(tested, 'item-1')
    const id = await addPerson(tested)
    await tested.device.profiles('rename', id, ' Oma ')
    expect(tested.device.snapshot().profiles.others).toEqual([{ id, name: 'Oma' }])
    await tested.device.profiles('switch', id)
    await look(tested, 'item-2')
    await tested.device.profiles('remove', id)
    expect(tested.device.snapshot().profiles).toEqual({ current: ME, others: [] })
    expect(await itemsOf(tested)).toEqual(['item-1'])
    await waitFor(async () => expect(await namesOnDisk()).toEqual([database]))
    expect(await onDisk()).not.toContain('Oma')
    expect((await tested.device.entries()).at(-1)).toMatchObject({
      kind: 'erase',
      detail: { events: 1 },
    })
  })

  test('adding a person is refused without a name and beyond the limit, and a switch to an unknown id is refused', async () => {
    const tested = await open()
    for (const call of [
      ['add', ' '],
      ['add', 'x'.repeat(41)],
      ['switch', 'unknown'],
      ['rename', ME, 'X'],
      ['remove', NOBODY],
      ['constructor', ''],
    ] as const)
      expect(await codeOf(tested.device.profiles(...(call as ['add', string])))).toBe(
        'input-invalid',
      )
    for (let i = 0; i < 20; i++) await addPerson(tested, `Person ${i}`)
    expect(await codeOf(tested.device.profiles('add', 'One more'))).toBe('input-invalid')
    expect(tested.device.snapshot().profiles).toMatchObject({ current: ME })
  })

  test('another person has no events older than the shop’s retention time, even if that person is never chosen again', async () => {
    const first = await visit()
    const id = await addPerson(first)
    await first.device.profiles('switch', id)
    await look(first, 'item-3')
    await first.device.profiles('switch', ME)
    await first.device.close()
    const later = Date.now() + 91 * 86_400_000
    await open({ retentionDays: 90 }, { now: () => later })
    expect(await onDisk()).not.toContain('item-3')
  })

  test('another person gets none of an account’s orders, which belong to the shopper', async () => {
    const tested = await open()
    const id = await addPerson(tested)
    const orders = [{ id: 1, time: Date.now() - 1000, items: [{ item_id: 'item-5' }] }]
    await tested.device.profiles('switch', id)
    expect(await tested.device.seed(orders)).toBe(0)
    await tested.device.profiles('switch', ME)
    expect(await tested.device.seed(orders)).toBe(1)
  })
})

describe('nobody', () => {
  test('a visit with the profile `nobody` leaves nothing on the disk or in the device’s log, and ends with the page', async () => {
    const tested = await visit()
    await look(tested, 'item-1')
    const entries = (await tested.device.entries()).map(({ kind }) => kind)
    await tested.device.profiles('switch', NOBODY)
    await live(tested)
    await tested.capture({ name: 'search', search_term: 'unheard words' })
    await tested.device.fineTune({})
    expect(tested.device.snapshot().fit?.cases).toBeGreaterThan(0)
    await tested.device.forget({ kind: 'item', name: 'item-4' })
    await tested.device.close()
    const text = await onDisk()
    // The disk contains the shopper's own event, so the check below would find other events, too.
    expect(text).toContain('item-1"')
    for (const trace of ['item-4', 'item-8', 'item-12', 'unheard'])
      expect(text).not.toContain(trace)
    const after = await open()
    expect(after.device.snapshot().profiles.current).toBe(NOBODY)
    expect(await itemsOf(after)).toEqual([])
    expect((await after.device.entries()).map(({ kind }) => kind)).toEqual(entries)
    await after.device.profiles('switch', ME)
    expect(await itemsOf(after)).toEqual(['item-1'])
  })

  test('a visit with the profile `nobody` begins empty after each switch', async () => {
    const tested = await open()
    await tested.device.profiles('switch', NOBODY)
    await look(tested, 'item-7')
    await tested.device.profiles('switch', ME)
    await tested.device.profiles('switch', NOBODY)
    expect(await itemsOf(tested)).toEqual([])
  })

  test('the profile `nobody` stays in use after an erasure of everything', async () => {
    const tested = await open()
    await look(tested, 'item-1')
    await tested.device.profiles('switch', NOBODY)
    await look(tested, 'item-7')
    await tested.device.erase()
    expect(tested.device.snapshot().profiles.current).toBe(NOBODY)
    expect(await itemsOf(tested)).toEqual([])
    await look(tested, 'item-11')
    await tested.device.profiles('switch', ME)
    expect(await itemsOf(tested)).toEqual([])
  })
})

describe('a switch', () => {
  test('a switch of persons waits for events captured before it; later events belong to the new person', async () => {
    const tested = await open()
    const id = await addPerson(tested)
    const before = look(tested, 'item-1')
    const switched = tested.device.profiles('switch', id)
    await Promise.all([before, switched])
    await look(tested, 'item-2')
    expect(await itemsOf(tested)).toEqual(['item-2'])
    await tested.device.profiles('switch', ME)
    expect(await itemsOf(tested)).toEqual(['item-1'])
  })

  test('an event is stored for the person in use when it was captured, even if a switch and earlier writes still wait', async () => {
    const tested = await open()
    const id = await addPerson(tested)
    for (const to of [id, ME]) await tested.device.profiles('switch', to)
    const releaseTheirs = await hold(profileDatabase(database, id))
    const switched = tested.device.profiles('switch', id)
    await new Promise((done) => setTimeout(done, 20))
    const releaseMine = await hold(database)
    const written = look(tested, 'item-1')
    await new Promise((done) => setTimeout(done, 20))
    const waiting = look(tested, 'item-2')
    releaseTheirs()
    await waitFor(() => expect(tested.device.snapshot().profiles.current).toBe(id))
    const theirs = look(tested, 'item-3')
    releaseMine()
    await Promise.all([written, waiting, switched, theirs])
    expect(await itemsOf(tested)).toEqual(['item-3'])
    await tested.device.profiles('switch', ME)
    expect(await itemsOf(tested)).toEqual(['item-2', 'item-1'])
  })

  test('an event that the page captured for another person than the one in use is dropped', async () => {
    const tested = await open()
    const input = { name: 'view_item', item_id: 'item-5' } as const
    const captured = { id: 'late', time: Date.now(), input }
    expect(await tested.device.capture({ ...captured, person: NOBODY })).toBeNull()
    expect(await itemsOf(tested)).toEqual([])
    expect(await tested.device.capture({ ...captured, person: ME })).toBe('late')
  })

  test('a switch of persons never gives the result of a running fit to another person, whatever step the fit has reached', async () => {
    for (let step = 0; step < 12; step++) {
      disk = new IDBFactory()
      const tested = await visit()
      await live(tested)
      const id = await addPerson(tested)
      const fit = tested.device.fineTune({}).catch((error) => error)
      for (let turn = 0; turn < step * 3; turn++) await new Promise((done) => setTimeout(done, 0))
      await tested.device.profiles('switch', id)
      await fit
      expect(tested.device.snapshot().fit).toBeNull()
      await tested.device.close()
      const theirs = createStore(await openIndexedDb(profileDatabase(database, id), disk))
      expect((await theirs.personal()).versions).toEqual([])
      theirs.close()
    }
  })

  test('after a switch of persons, one person’s forgotten events can’t be restored for another person', async () => {
    const tested = await open()
    await look(tested, 'item-1')
    const id = await addPerson(tested)
    const forgotten = await tested.device.forget({ kind: 'item', name: 'item-1' })
    await tested.device.profiles('switch', id)
    await tested.device.forget({ kind: 'item', name: 'item-1' })
    expect(await codeOf(tested.device.restore(forgotten))).toBe('aborted')
    expect(await itemsOf(tested)).toEqual([])
    await tested.device.profiles('switch', ME)
    await tested.device.restore(forgotten)
    expect(await itemsOf(tested)).toEqual(['item-1'])
  })

  test('a switch of persons stops an upload; no update contains another person’s events', async () => {
    const aggregators = await TestAggregators.start(server)
    const fetch = aggregators.fetchWith(server.fetch)
    const tested = await open({ federation: FEDERATION }, { fetch })
    await live(tested)
    await agreeTo(tested.device)
    const id = await addPerson(tested)
    const sending = tested.device.contribute()
    await tested.device.profiles('switch', id)
    await live(tested)
    expect((await sending).sent).toBe(false)
    expect((await tested.device.contribute()).sent).toBe(false)
    await tested.device.profiles('switch', NOBODY)
    expect((await tested.device.contribute()).sent).toBe(false)
    expect(aggregators.posted).toEqual([])
    await tested.device.profiles('switch', ME)
    expect((await tested.device.contribute()).sent).toBe(true)
  })

  test('the other tabs follow a switch of persons', async () => {
    const [one, other] = [createBus(), createBus()]
    one.on('stored', (what) => other.emit('storedElsewhere', what))
    other.on('stored', (what) => one.emit('storedElsewhere', what))
    const first = await start(server, database, environment(), {}, one)
    const second = await start(server, database, environment(), {}, other)
    await look(first, 'item-1')
    const id = await addPerson(first)
    const current = () => second.device.snapshot().profiles.current
    for (const to of [id, NOBODY, ME, id]) {
      await first.device.profiles('switch', to)
      await waitFor(() => expect(current()).toBe(to))
    }
    await look(second, 'item-2')
    first.timers.fire(0)
    await waitFor(async () => expect(await itemsOf(first)).toEqual(['item-2']))
    await first.device.profiles('remove', id)
    await waitFor(() => expect(current()).toBe(ME))
    expect(await itemsOf(second)).toEqual(['item-1'])
    await waitFor(async () => expect(await namesOnDisk()).toEqual([database]))
  })
})

describe('erasing and exporting', () => {
  test('an erasure deletes the databases of all people, even those not opened in this visit', async () => {
    const first = await visit()
    const people = [await addPerson(first, 'Ann'), await addPerson(first, 'Ben')]
    for (const id of people) {
      await first.device.profiles('switch', id)
      await look(first, 'item-3')
    }
    await first.device.profiles('switch', ME)
    await first.device.close()
    // A person who is missing in the stored list, as after damage, but whose database still exists.
    await createStore(await openIndexedDb(profileDatabase(database, 'lost'), disk)).putSetting(
      'paused',
      true,
    )
    const tested = await open()
    await tested.device.erase()
    expect(tested.device.snapshot().profiles).toEqual({ current: ME, others: [] })
    expect(await onDisk()).not.toMatch(/item-3|Ann|Ben/)
    await waitFor(async () => expect(await namesOnDisk()).toEqual([database]))
  })

  test('if the removal of a person is interrupted, the next start deletes the person’s remaining data', async () => {
    const first = await visit()
    const id = await addPerson(first)
    await first.device.profiles('switch', id)
    await look(first, 'item-3')
    await first.device.profiles('switch', ME)
    await first.device.close()
    const store = createStore(await openIndexedDb(database, disk))
    await store.putSetting('profiles', { current: ME, others: [], gone: [id] })
    store.close()
    await open()
    await waitFor(async () => expect(await namesOnDisk()).toEqual([database]))
  })

  test('an export contains the data of all people, and verification checks each person’s fit', async () => {
    const tested = await open()
    await live(tested)
    await tested.device.fineTune({})
    const id = await addPerson(tested)
    await tested.device.profiles('switch', id)
    await live(tested)
    await tested.device.fineTune({})
    await tested.device.profiles('switch', NOBODY)
    await look(tested, 'item-11')
    const text = await tested.device.export()
    const bundle = JSON.parse(text)
    expect(bundle.events).toHaveLength(12)
    expect(bundle.profiles).toMatchObject([{ id, name: 'Grandma' }])
    expect(bundle.profiles[0].events).toHaveLength(12)
    expect(text).not.toContain('item-11')
    expect(await verifyBundle(parseBundle(text))).toMatchObject({ ok: true, faults: [], fits: 2 })
    bundle.profiles[0].personal.versions[0].u[0] += 1
    const { faults } = await verifyBundle(parseBundle(JSON.stringify(bundle)))
    expect(faults.map(({ check }) => check)).toContain('fit')
  })
})

describe('persist: ask', () => {
  test('before a yes to storage, no data of any person are on the disk; after it, all people’s data are', async () => {
    const tested = await visit({ persist: 'ask' })
    await look(tested, 'item-1')
    const id = await addPerson(tested)
    await tested.device.profiles('switch', id)
    await look(tested, 'item-2')
    expect(await namesOnDisk()).toEqual([])
    await tested.device.setPersist(true)
    await look(tested, 'item-3')
    await tested.device.close()
    const after = await open({ persist: 'ask' })
    expect(after.device.snapshot().profiles.current).toBe(id)
    expect((await itemsOf(after)).toSorted()).toEqual(['item-2', 'item-3'])
    await after.device.profiles('switch', ME)
    expect(await itemsOf(after)).toEqual(['item-1'])
  })

  test('if the shopper refuses storage, all people’s data are erased from the disk, and the visit goes on in memory', async () => {
    const tested = await open({ persist: 'ask' })
    await tested.device.setPersist(true)
    await look(tested, 'item-1')
    const id = await addPerson(tested)
    await tested.device.profiles('switch', id)
    await look(tested, 'item-2')
    await tested.device.setPersist(false)
    expect(await itemsOf(tested)).toEqual(['item-2'])
    await waitFor(async () => expect(await namesOnDisk()).toEqual([]))
    await tested.device.profiles('switch', ME)
    expect(await itemsOf(tested)).toEqual(['item-1'])
    await tested.device.profiles('switch', id)
    expect(await itemsOf(tested)).toEqual(['item-2'])
    expect(await namesOnDisk()).toEqual([])
  })

  test('with `persist: never`, all people’s data that an earlier visit stored are erased', async () => {
    const before = await visit()
    const id = await addPerson(before)
    await before.device.profiles('switch', id)
    await look(before, 'item-2')
    await before.device.close()
    const after = await open({ persist: 'never' })
    expect(after.device.snapshot().profiles).toEqual({ current: ME, others: [] })
    await waitFor(async () => expect(await namesOnDisk()).toEqual([]))
  })
})

describe('if the disk fails', () => {
  test('if a person’s database can’t be opened, that person’s events stay in memory, and the shopper’s own events stay on disk', async () => {
    const refused = new Set<string>()
    const factory = new Proxy(disk, {
      get(target, name) {
        if (name === 'open')
          return (opened: string, version?: number) => {
            if ([...refused].some((one) => opened.includes(one)))
              throw new DOMException('as the test asked', 'SecurityError')
            return target.open(opened, version)
          }
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const tested = await open({}, { indexedDb: () => factory })
    const id = await addPerson(tested)
    refused.add(id)
    await tested.device.profiles('switch', id)
    await look(tested, 'item-2')
    expect(tested.device.snapshot().notices.map(({ code }) => code)).toContain(
      'storage-unavailable',
    )
    expect(await itemsOf(tested)).toEqual(['item-2'])
    await tested.device.profiles('switch', ME)
    await look(tested, 'item-1')
    expect(await itemsOf(tested)).toEqual(['item-1'])
    expect(await onDisk()).not.toContain('item-2')
  })

  test('a switch to the profile `nobody` applies in this tab even if it can’t be stored', async () => {
    const tested = await open()
    await look(tested, 'item-1')
    const full = new NearsideError('storage-full', 'as the test asked')
    const { transaction } = IDBDatabase.prototype
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
      if (mode === 'readwrite') throw new DOMException(full.message, 'QuotaExceededError')
      return transaction.call(this, stores, mode, options)
    }
    try {
      await tested.device.profiles('switch', NOBODY).catch(() => undefined)
      await look(tested, 'item-2')
      expect(tested.device.snapshot().profiles.current).toBe(NOBODY)
      expect(await onDisk()).not.toContain('item-2')
    } finally {
      IDBDatabase.prototype.transaction = transaction
    }
  })
})

describe('while somebody else or nobody is chosen', () => {
  const held = async () => {
    const opened = await openIndexedDb(database, disk, 'never')
    const { events } = await createStore(opened).events()
    opened.close()
    return events.length
  }

  test('while the profile `nobody` is in use, the shopper’s events past the retention time are still erased, and the log says so', async () => {
    const before = await visit()
    await live(before, Date.now() - 400 * DAY)
    await before.device.profiles('switch', NOBODY)
    await before.device.close()
    const after = await visit({ retentionDays: 100 })
    await after.device.profiles('switch', ME)
    expect(await itemsOf(after)).toEqual([])
    expect(await after.device.entries()).toContainEqual(
      expect.objectContaining({
        kind: 'erase',
        detail: { what: 'events older than 100 days', events: 12 },
      }),
    )
    await after.device.close()
    expect(await held()).toBe(0)
  })

  test('if another person’s order is forgotten, the shopper’s older orders can still be imported', async () => {
    const tab = await open()
    await tab.device.profiles('switch', await addPerson(tab))
    await tab.capture({ name: 'purchase', items: [{ item_id: 'item-3' }] })
    await tab.device.forget({ kind: 'item', name: 'item-3' })
    await tab.device.profiles('switch', ME)
    const order = { id: 'earlier', time: Date.now() - 5 * DAY, items: [{ item_id: 'item-9' }] }
    expect(await tab.device.seed([order])).toBe(1)
  })

  test('a transfer that is exported while the shopper shops for `NOBODY` leaves no entry in the device’s log', async () => {
    const tab = await open()
    await tab.device.profiles('switch', NOBODY)
    await look(tab, 'item-3')
    const before = await tab.device.entries()
    await tab.device.exportTransfer()
    expect(await tab.device.entries()).toEqual(before)
  })

  test('an erasure deletes a person’s database, even if the code for people failed to load', async () => {
    const before = await visit()
    await before.device.profiles('switch', await addPerson(before))
    await look(before, 'item-3')
    await before.device.close()
    let isOffline = true
    const onDemand = async () => {
      if (isOffline) throw new Error('404')
      return import('./onDemand.ts')
    }
    const after = await open({}, { onDemand })
    isOffline = false
    await after.device.erase()
    expect(await namesOnDisk()).toEqual([database])
    expect(await itemsOf(after)).toEqual([])
  })

  test('the profile `nobody` stays in use after a yes to storage in another tab', async () => {
    const asking = { persist: 'ask' } as const
    const [nobody, other] = [await visit(asking), await visit(asking)]
    await addPerson(other)
    await nobody.device.profiles('switch', NOBODY)
    await nobody.device.setPersist(true)
    await other.device.setPersist(true)
    await Promise.all([nobody.device.close(), other.device.close()])
    const later = await visit(asking)
    expect(later.device.snapshot().profiles.current).toBe(NOBODY)
    await later.device.close()
  })

  test('after a switch back to `me` that can’t be stored, the device still uses the shopper’s events', async () => {
    const before = await visit()
    await live(before)
    await before.device.profiles('switch', await addPerson(before))
    await before.device.close()
    const after = await visit()
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('refused', 'UnknownError')
    })
    await after.device.profiles('switch', ME).catch(() => undefined)
    put.mockRestore()
    expect(await itemsOf(after)).toHaveLength(12)
    await after.device.close()
  })
})
