import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { fromBase64 } from '@nearside/core/bytes.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { expect, it, onTestFinished, vi } from 'vitest'
import { reachedMessage, verify } from '../privacy/signature.ts'
import { policyHash } from '../protocol/policy.ts'
import { TEST_POLICY } from '../protocol/testPolicy.ts'
import { createApp } from './app.ts'
import { createHelper } from './helper.ts'
import { loadIdentity } from './identity.ts'
import { listen } from './listen.ts'
import { createListFiles } from './listFiles.ts'
import { openSqliteStore } from './store/store.ts'
import { ORIGIN, PARAMETERS } from './testModel.ts'

const id = (n: number) => n.toString(16).padStart(32, '0')

/** Starts a helper on a port. In the test, round 1 has ended with `count` reports. */
async function startHelper(count: number, now = Date.now) {
  const store = openSqliteStore(':memory:')
  const hash = await policyHash(TEST_POLICY)
  await store.openRound(1, TEST_POLICY, hash, new Uint8Array(64), 100)
  const seeds = Array.from({ length: count }, (_, n) => ({ id: id(n), seed: null }))
  await store.keep(
    1,
    seeds.map((one) => ({ ...one, bodyHash: one.id + one.id })),
  )
  await store.openRound(2, TEST_POLICY, hash, new Uint8Array(64), 200)
  const lists = join(testFolder(), 'lists')
  const helper = createHelper({
    store,
    lists,
    identity: await loadIdentity(store, 'Test'),
    parameters: PARAMETERS,
    trust: 'two-aggregators',
    now: Date.now,
    leaderKey: async () => new Uint8Array(32),
  })
  const app = createApp(helper, {
    origins: [ORIGIN],
    now,
    reportsPerMinute: 1,
    clientAddress: (c) => c.req.header('x-from') ?? '',
  })
  const { port, stop } = await listen(app, '127.0.0.1', 0)
  onTestFinished(stop)
  const ask = (path: string, from = 'a') =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'x-from': from }
      get({ port, host: '127.0.0.1', agent: false, path, headers }, resolve).on('error', reject)
    })
  return { port, helper, store, lists, ask, key: fromBase64((await helper.keys()).signing) }
}

async function read(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part)
  return Buffer.concat(parts).toString()
}

it('the helper reads and signs a list of 60,000 reports once for all readers, and keeps answering /v1/task', async () => {
  const { store, lists, ask, key } = await startHelper(60_000, () => 1)
  const reached = vi.spyOn(store, 'reached')
  const signed = vi.spyOn(crypto.subtle, 'sign')
  onTestFinished(() => void signed.mockRestore())
  const statuses: (number | undefined)[] = []
  const texts = new Set<string>()
  let readers = 6
  const client = async (n: number) => {
    // Six addresses send requests, each until its limit per minute is used up.
    for (let status: number | undefined; status !== 429; statuses.push(status)) {
      const response = await ask('/v1/rounds/1/reports', `reader ${n}`)
      status = response.statusCode
      const text = await read(response)
      if (status === 200) texts.add(text)
      else expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
    }
    readers--
  }
  const tasks = async () => {
    while (readers > 0) expect((await ask('/v1/task')).statusCode).toBe(200)
  }
  await Promise.all([tasks(), ...Array.from({ length: 6 }, (_, n) => client(n))])
  expect(reached).toHaveBeenCalledTimes(1)
  // The helper also signs its task, which is a short message. The long messages are the lists.
  const long = signed.mock.calls.filter(([, , { byteLength }]) => byteLength > 60_000)
  expect(long).toHaveLength(1)
  expect(statuses.filter((status) => status === 429)).toHaveLength(6)
  expect(statuses.filter((status) => status === 200)).toHaveLength(6 * 12)
  expect(texts.size).toBe(1)
  const [text] = texts
  const { signature, ...said } = JSON.parse(text)
  expect(await verify(key, signature, reachedMessage(said))).toBe(true)
  const [name] = readdirSync(lists)
  expect(readFileSync(join(lists, name), 'utf8')).toBe(text)
  expect(statSync(join(lists, name)).mode & 0o077).toBe(0)
})

it('the helper streams a list to two readers per address and eight in all, and answers all others with 503', async () => {
  const { helper, ask } = await startHelper(20_000)
  // Nobody reads the open streams yet.
  const slow = await Promise.all(
    Array.from({ length: 8 }, (_, n) => helper.openList(1, `reader ${n >> 1}`)),
  )
  for (const from of ['reader 0', 'another']) {
    const refused = await ask('/v1/rounds/1/reports', from)
    expect(refused.statusCode).toBe(503)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(JSON.parse(await read(refused))).toMatchObject({ code: 'aggregator-unreachable' })
  }
  await slow[0].body.cancel()
  await expect.poll(async () => (await ask('/v1/rounds/1/reports')).statusCode).toBe(200)
  await new Response(slow[2].body).arrayBuffer()
  await expect.poll(() => helper.openList(1, 'reader 0')).toBeTruthy()
})

it('neither a HEAD request nor a reader that has disconnected counts as an open stream', async () => {
  const { port, ask } = await startHelper(20_000)
  for (let n = 0; n < 12; n++) {
    const url = `http://127.0.0.1:${port}/v1/rounds/1/reports`
    const response = await fetch(url, { method: 'HEAD', headers: { 'x-from': `${n}` } })
    expect(response.status).toBe(200)
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100)
  }
  for (let n = 0; n < 12; n++) (await ask('/v1/rounds/1/reports', `${n}`)).destroy()
  await expect.poll(async () => (await ask('/v1/rounds/1/reports')).statusCode).toBe(200)
})

it('only the stream that is read too slowly is ended', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const text = 'x'.repeat(2_000_000)
  const files = createListFiles({
    directory: testFolder(),
    endedAt: async () => 1,
    make: async () => ({ text }),
  })
  const open = async () => (await files.open(1, 'a')).body.getReader()
  const [stopping, steady] = [await open(), await open()]
  const hasRoom = () =>
    files.open(1, 'a').then(
      ({ body }) => body.cancel().then(() => true),
      () => false,
    )
  let read = 0
  // This client reads 20,000 bytes per second for more than a minute.
  for (let second = 1; second <= 90; second++) {
    while (read < second * 20_000) read += (await steady.read()).value?.length ?? 0
    if (second === 1) await stopping.read()
    vi.advanceTimersByTime(1000)
    if (second === 10) expect(await hasRoom()).toBe(false)
  }
  await expect(stopping.closed).rejects.toThrow('read too slowly')
  expect(await hasRoom()).toBe(true)
  for (let part = await steady.read(); !part.done; part = await steady.read())
    read += part.value.length
  expect(read).toBe(JSON.stringify({ text }).length)
})

it('the helper refuses a request for the list of an open or unknown round, or with a malformed round number', async () => {
  const { ask } = await startHelper(3)
  expect((await ask('/v1/rounds/2/reports')).statusCode).toBe(422)
  expect((await ask('/v1/rounds/3/reports')).statusCode).toBe(422)
  expect((await ask('/v1/rounds/..%2f1-200/reports')).statusCode).toBeGreaterThanOrEqual(400)
})

it('the list is written again for a round that ran again after a restore, and stale files are deleted', async () => {
  const directory = testFolder()
  const ends = new Map([
    [1, 100],
    [2, 200],
  ])
  const files = createListFiles({
    directory,
    endedAt: async (round) => ends.get(round) ?? null,
    make: async (round) => ({ round, ended: ends.get(round) }),
  })
  await files.prepare(1)
  await files.prepare(2)
  expect(readdirSync(directory).sort()).toEqual(['1-100.json', '2-200.json'])
  // The database was restored from a backup, so round 2 runs again; round 1 ended long ago.
  ends.delete(1)
  ends.set(2, 300)
  const { body } = await files.open(2, 'a')
  expect(await new Response(body).json()).toEqual({ round: 2, ended: 300 })
  expect(readdirSync(directory)).toEqual(['2-300.json'])
  await expect(files.open(1, 'a')).rejects.toMatchObject({ code: 'input-invalid' })
})

it('no partial file remains when the disk fails, and the list is written later', async () => {
  const directory = join(testFolder(), 'lists')
  const files = createListFiles({
    directory,
    endedAt: async () => 1,
    make: async () => ({ ids: 'all' }),
  })
  writeFileSync(directory, 'no folder')
  await expect(files.prepare(1)).rejects.toMatchObject({ code: 'storage-unavailable' })
  await expect(files.open(1, 'a')).rejects.toMatchObject({ code: 'storage-unavailable' })
  rmSync(directory)
  mkdirSync(join(directory, '1-1.json.draft'), { recursive: true })
  await expect(files.prepare(1)).rejects.toMatchObject({ code: 'storage-unavailable' })
  expect(existsSync(join(directory, '1-1.json'))).toBe(false)
  rmSync(directory, { recursive: true })
  const { bytes, body } = await files.open(1, 'a')
  const whole = await new Response(body).arrayBuffer()
  expect(whole.byteLength).toBe(bytes)
  expect(existsSync(join(directory, '1-1.json.draft'))).toBe(false)
})
