/** @module Tests how a device gets its base model and later versions. */
import { describe, expect, test } from 'vitest'
import { ids, live, newDatabase, start, testModelFiles, testServer } from './testDevice.ts'

describe('the base model', () => {
  test('the device uses the base model once the server can be reached; until then, lists are in the catalog’s sequence', async () => {
    const server = await testServer()
    server.online = false
    const { device } = await start(server, newDatabase())
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-0', 'item-1'])
    expect(device.snapshot().notices[0].code).toBe('model-unreachable')
    server.online = true
    expect(await device.checkForUpdate()).toEqual({ adopted: true, version: '1' })
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-31', 'item-30'])
  })

  test.each(['manifest.json', 'items.safetensors'])(
    'if a new model’s %s is damaged, the device keeps the last good model',
    async (name) => {
      const server = await testServer('1')
      const database = newDatabase()
      const { device } = await start(server, database)
      server.files = await testModelFiles('2', 99)
      const bytes = server.files.get(`2/${name}`)
      if (!bytes) throw new Error('no such file')
      bytes[bytes.length >> 1] ^= 1
      await expect(device.checkForUpdate()).rejects.toMatchObject({ code: 'model-corrupt' })
      expect(device.snapshot().model?.version).toBe('1')
      server.online = false
      const again = await start(server, database)
      expect(again.device.snapshot().model?.version).toBe('1')
    },
  )

  test('if the page passes the content of latest.json, the first list needs no request for the file; the device checks it soon after', async () => {
    const server = await testServer('1')
    const known = JSON.parse(new TextDecoder().decode(server.files.get('latest.json')))
    const { device, timers } = await start(server, newDatabase(), {}, { latest: known })
    const asked = () => server.requests.map(({ url }) => url.split('/models/')[1])
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-31', 'item-30'])
    expect(asked()).not.toContain('latest.json')
    server.files = await testModelFiles('2', 99)
    // The check of latest.json is scheduled only after the first list, so the test fires the timer until the check has
    // run.
    await expect
      .poll(() => {
        timers.fire(1000)
        return device.snapshot().model?.version
      })
      .toBe('2')
    // The device logs a model only after the model is in use.
    const logged = async () =>
      (await device.entries())
        .filter(({ kind }) => kind === 'model')
        .map((one) => one.detail.version)
    await expect.poll(logged).toEqual(['1', '2'])
  })

  test('the base model’s download is logged once if two tabs download it at the same time', async () => {
    const server = await testServer('1')
    const database = newDatabase()
    const opened = await Promise.all([start(server, database), start(server, database)])
    // Each tab logs before it sets the timer of its next check, so the test waits for the timers of both tabs.
    for (const { timers } of opened)
      await expect
        .poll(() => [...timers.waiting.values()].map(({ milliseconds }) => milliseconds))
        .toContain(5 * 60_000)
    const logged = (await opened[0].device.entries()).filter(({ kind }) => kind === 'model')
    expect(logged.map(({ detail }) => detail.version)).toEqual(['1'])
  })

  test('a new version replaces the base model: only changed files are downloaded, and the device logs the version and learns anew', async () => {
    const server = await testServer('1')
    const database = newDatabase()
    const tested = await start(server, database)
    await live(tested)
    await tested.device.fineTune({})
    server.files = await testModelFiles('2')
    server.requests.length = 0
    expect(await tested.device.checkForUpdate()).toEqual({ adopted: true, version: '2' })
    // Only the manifest differs in the new version; the bytes of the other files are stored already.
    expect(server.requests.map(({ url }) => url.split('/models/')[1])).toEqual([
      'latest.json',
      '2/manifest.json',
    ])
    expect(tested.device.snapshot().fit).toBe(null)
    tested.timers.fire(0)
    await expect.poll(() => tested.device.snapshot().fit?.cases).toBeGreaterThan(0)
    const models = (await tested.device.entries()).filter(({ kind }) => kind === 'model')
    expect(models.map(({ detail }) => detail.version)).toEqual(['1', '2'])
    expect(await tested.device.checkForUpdate()).toEqual({ adopted: false, version: '2' })
  })
})
