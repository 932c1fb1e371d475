import { TEST_RECIPIENTS } from '@nearside/aggregate/protocol/testPolicy.ts'
import { expect, test } from 'vitest'
import type { Recipients } from '../contribution/terms.ts'
import type { FromWorker, ToWorker, WorkerConfig } from '../messages.ts'
import { readOptions, readRecipients } from '../page/readOptions.ts'
import { MOST_FILE } from '../transfer/transfer.ts'
import { BURST, guarded } from './guard.ts'
import { isPlain, readMessage } from './messages.ts'

const conditions = { visible: true, savesData: false, battery: null, globalPrivacyControl: false }
const OPTIONS = {
  catalog: { url: 'https://shop.test/c.json', live: 'https://shop.test/live.json' },
  baseModel: 'https://shop.test/models',
}
const CONFIG: WorkerConfig = {
  ...readOptions({ ...OPTIONS, worker: () => null as unknown as Worker }).config,
  conditions,
  context: null,
}

/** Creates a guard, and collects the messages that the guard admits and those that it sends to the page. */
function setUp(recipients: Recipients | null = null) {
  const { port1: page, port2: port } = new MessageChannel()
  const passed: ToWorker[] = []
  const heard: FromWorker[] = []
  const configs: WorkerConfig[] = []
  let time = 0
  page.onmessage = ({ data }) => heard.push(data)
  const scope = guarded({
    ...{ port, shop: 'https://shop.test', recipients, clock: () => time, close() {} },
    configured: (config) => configs.push(config),
  })
  scope.onmessage = ({ data }) => passed.push(data)
  const say = (name: string, args: unknown[] = [], id = passed.length + heard.length + 1) => {
    page.postMessage({ kind: 'call', id, name, args })
    return id
  }
  return {
    ...{ scope, page, passed, heard, configs, say },
    wait: (ms: number) => {
      time += ms
    },
    end: () => page.close(),
  }
}

test('the vault starts only once, with valid options, and uses the shop’s own database', async () => {
  const { say, passed, heard, configs, end } = setUp()
  say('start', [{ ...CONFIG, strategy: 'whenever' }])
  await expect.poll(() => heard.length).toBe(1)
  expect(heard[0]).toMatchObject({ kind: 'error', error: { code: 'input-invalid' } })
  say('start', [{ ...CONFIG, baseModel: 7 }])
  say('start', [CONFIG])
  await expect.poll(() => passed.length).toBe(1)
  expect(configs).toEqual([{ ...CONFIG, database: 'nearside of https://shop.test' }])
  expect(passed[0]).toMatchObject({ name: 'start', args: configs })
  say('start', [CONFIG])
  await expect.poll(() => heard.length).toBe(3)
  expect(passed).toHaveLength(1)
  end()
})

test('a page that names other recipients of updates than the vault’s file is refused', async () => {
  const federation = readRecipients(TEST_RECIPIENTS)
  const { say, heard, configs, end } = setUp(federation)
  const others = [
    { ...federation, leader: 'https://shop.test/evil-leader' },
    { ...federation, helper: 'https://shop.test/evil-helper' },
    { ...federation, issuer: 'https://shop.test/evil-issuer' },
  ]
  for (const other of others) say('start', [{ ...CONFIG, federation: other }])
  await expect.poll(() => heard.length).toBe(others.length)
  expect(heard).toMatchObject(others.map(() => ({ error: { code: 'input-invalid' } })))
  // The servers' names and keys come from the vault's file, even if the page sends others.
  say('start', [{ ...CONFIG, federation: { ...federation, helperOperator: 'The Red Cross' } }])
  await expect.poll(() => configs.length).toBe(1)
  expect(configs[0].federation).toEqual(federation)
  end()
})

test('if the vault’s own file names no recipients of updates, the vault refuses recipients from a page', async () => {
  const { say, heard, configs, end } = setUp()
  say('start', [{ ...CONFIG, federation: TEST_RECIPIENTS }])
  await expect.poll(() => heard.length).toBe(1)
  expect(heard[0]).toMatchObject({ kind: 'error', error: { code: 'input-invalid' } })
  expect(configs).toEqual([])
  end()
})

test.each([true, false])(
  'the vault’s file, not the page, marks a demonstration shop (%s)',
  async (is) => {
    const named = readRecipients({ ...TEST_RECIPIENTS, demonstration: is })
    const { say, configs, end } = setUp(named)
    say('start', [{ ...CONFIG, federation: { ...named, demonstration: !is } }])
    await expect.poll(() => configs.length).toBe(1)
    expect(configs[0].federation?.demonstration ?? false).toBe(is)
    end()
  },
)

test('forgotten events stay in the vault, and no other events can be restored', async () => {
  const { say, scope, passed, heard, end } = setUp()
  const id = say('forget', [{ kind: 'item', name: 'lamp' }])
  await expect.poll(() => passed.length).toBe(1)
  const value = { rows: [{ id: 'secret' }], generation: 1, logged: 3 }
  scope.postMessage({ kind: 'result', id, value })
  await expect.poll(() => heard.length).toBe(1)
  expect(JSON.stringify(heard)).not.toContain('secret')
  const { value: token } = heard[0] as unknown as { value: unknown }
  say('restore', [{ rows: [{ id: 'made up' }] }])
  await expect.poll(() => heard.length).toBe(2)
  expect(heard[1]).toMatchObject({ kind: 'error', error: { code: 'aborted' } })
  say('restore', [token])
  await expect.poll(() => passed.length).toBe(2)
  expect(passed[1]).toMatchObject({ name: 'restore', args: [value] })
  say('erase')
  say('restore', [token])
  await expect.poll(() => heard.length).toBe(3)
  end()
})

test('the number of calls at once is limited, and further calls are allowed as time passes', async () => {
  const { say, passed, heard, wait, end } = setUp()
  for (let id = 1; id <= BURST + 10; id++) say('ping', [], id)
  await expect.poll(() => heard.length).toBe(10)
  expect(passed).toHaveLength(BURST)
  wait(1000)
  for (let id = 1; id <= 300; id++) say('ping', [], id)
  await expect.poll(() => heard.length).toBe(110)
  expect(passed).toHaveLength(BURST + 200)
  end()
})

test('every call that Nearside’s own page code makes is accepted', () => {
  const calls: readonly (readonly [string, ...unknown[]])[] = [
    ['start', CONFIG],
    ['start', { ...CONFIG, catalog: [{ id: 'a', title: 'A' }], rules: [] }],
    ['ping'],
    ['capture', { id: 'e1', time: 1, input: { name: 'view_item', item_id: 'a' } }],
    ['seed', [{ id: 1, time: 2, items: [{ item_id: 'a' }] }]],
    ['events', 100, undefined],
    ['events', Number.POSITIVE_INFINITY, { kind: 'event', id: 'e1' }],
    ['list', { kind: 'recommend', options: { limit: 3 } }],
    ['list', { kind: 'similar', item: 'a', options: undefined }],
    ['watch', [{ id: 1, query: { kind: 'rerank', items: ['a'] } }]],
    ['watch', [{ id: 1, query: null }]],
    ['explain', 'a'],
    ['fineTune'],
    ['setEngine', 'wasm'],
    ['setContribution', true],
    ['setContribution', true, 'These words.'],
    ['contributionTerms'],
    ['contribute'],
    ['checkForUpdate'],
    ['pause', true],
    ['forget', { kind: 'events', name: 'search' }],
    ['restore', 7],
    ['erase'],
    ['export'],
    ['exportTransfer'],
    ['importTransfer', 'x'.repeat(MOST_FILE), '0000-0000-0000-0000'],
    ['entries'],
    ['verify'],
    ['conditions', conditions],
    ['conditions', { ...conditions, battery: 0.4 }],
    ['context', { weather: 'rain' }],
    ['context', undefined],
    ['close'],
  ]
  for (const [name, ...args] of calls)
    expect(readMessage({ kind: 'call', id: 1, name, args }), name).toMatchObject({ name, args })
  expect(readMessage({ kind: 'abort', id: 4 })).toEqual({ kind: 'abort', id: 4 })
})

test('`isPlain` accepts plain data of limited size, and refuses cyclic, large and other objects', () => {
  const deep: { self?: unknown } = {}
  deep.self = deep
  expect(isPlain({ a: [1, 'two', null, { b: undefined }] }, 100)).toBe(true)
  for (const odd of [
    deep,
    new Map(),
    new Uint8Array(9),
    new Date(),
    'x'.repeat(4000),
    [[new Set()]],
  ])
    expect(isPlain(odd, 100), String(odd)).toBe(false)
})
