/** @module Tests a whole round, from devices to the next model. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256, toHex, utf8 } from '@nearside/core/bytes.ts'
import { createVirtualDevice } from '@nearside/research/simulate/device.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { describe, expect, it } from 'vitest'
import { simulateDevices } from './testDevices.ts'
import { createFederation, HELPER, LEADER } from './testFederation.ts'
import { candidateOf, PARAMETERS } from './testModel.ts'
import { DIMENSION, meanOf, post, randomUpdate, report } from './testReports.ts'

describe('a round', () => {
  it('a round gives the exact sum of 40 devices and publishes the next model', async () => {
    const federation = await createFederation({ parameters: { aggregationGoal: 40 } })
    const made = []
    for (let i = 0; i < 40; i++) made.push(await report(federation, i))
    // All reports are sent at once, so that they are committed in groups. Some reports are sent twice, and one is
    // damaged.
    const sent = await Promise.all([
      ...made.map(({ body }) => post(federation, body)),
      ...made.slice(0, 10).map(({ body }) => post(federation, body)),
    ])
    expect(sent.map(({ status }) => status).filter((status) => status > 201)).toEqual([])
    await federation.leader.advance()

    expect(federation.applied).toHaveLength(1)
    const expected = meanOf(
      made.map(({ quantized }) => quantized),
      40,
    )
    expect(federation.applied[0]).toEqual(expected)
    const [open, done] = await federation.leader.store.rounds(20)
    expect(done).toMatchObject({ round: 1, state: 'released', version: '2', counted: 40 })
    expect(open).toMatchObject({ round: 2, state: 'open', counted: 0 })
    expect(open.policy.model.version).toBe('2')
    const directory = join(federation.models, '2')
    expect(readFileSync(join(directory, 'shared.safetensors'), 'utf8')).toBe('shared 2')
    expect(readFileSync(join(directory, 'encoder.safetensors'), 'utf8')).toBe('encoder')
    const latest = JSON.parse(readFileSync(join(federation.models, 'latest.json'), 'utf8'))
    expect(latest.version).toBe('2')
    const manifest = readFileSync(join(directory, 'manifest.json'))
    expect(latest.manifest).toBe(toHex(await sha256(manifest)))
    expect(JSON.parse(manifest.toString()).parent).toBe('1')
  })

  it('several rounds run with the devices’ own code', async () => {
    const federation = await createFederation({ parameters: { aggregationGoal: 5 } })
    for (const version of ['2', '3']) {
      const results = await simulateDevices({
        leader: LEADER,
        helper: HELPER,
        modelHash: await federation.modelHash(),
        count: 5,
        update: randomUpdate,
        fetch: federation.fetch,
        now: () => federation.now,
      })
      expect(results.map(({ sent }) => sent)).toEqual(Array(5).fill(true))
      await federation.leader.advance()
      expect((await federation.leader.store.current())?.policy.model.version).toBe(version)
    }
  })

  it('a round is abandoned when another model was published under the version number of its next model', async () => {
    const federation = await createFederation({
      leader: {
        applyUpdate: async (parent, _mean, _rate, version) => {
          const path = join(federation.models, 'latest.json')
          const before = readFileSync(path)
          const files = new Map([
            ['encoder.safetensors', utf8('retrained')],
            ['shared.safetensors', utf8('retrained')],
          ])
          const { manifest } = await candidateOf(version, null, utf8('retrained'))
          await publishModel(federation.models, { manifest, files })
          // An operator rolls the model back.
          writeFileSync(path, before)
          return candidateOf(version, parent.version, utf8('updated'))
        },
      },
    })
    for (let i = 0; i < 4; i++) await post(federation, (await report(federation, i)).body)
    await federation.leader.advance()
    const [, done] = await federation.leader.store.rounds(20)
    expect(done).toMatchObject({ state: 'abandoned' })
    const kept = join(federation.models, '2/shared.safetensors')
    expect(readFileSync(kept, 'utf8')).toBe('retrained')
  })

  it('a round’s sum contains the noise of both aggregators', async () => {
    const federation = await createFederation({
      leader: { noise: (_, d) => new Int32Array(d).fill(-3) },
      helper: { noise: (_, d) => new Int32Array(d).fill(1000) },
    })
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    for (const { body } of made) await post(federation, body)
    await federation.leader.advance()
    const expected = meanOf(
      made.map(({ quantized }) => quantized),
      4,
    ).map((coordinate) => coordinate + 997 / PARAMETERS.scale / 4)
    for (let j = 0; j < DIMENSION; j++)
      expect(federation.applied[0][j]).toBeCloseTo(expected[j], 12)
  })

  it('a round is not released one report short of the goal', async () => {
    const federation = await createFederation()
    for (let i = 0; i < 3; i++) await post(federation, (await report(federation, i)).body)
    await federation.leader.advance()
    expect(federation.applied).toHaveLength(0)
    expect(await federation.leader.store.current()).toMatchObject({ state: 'open', counted: 3 })
    expect((await federation.helperStore.current())?.ownShare).toBeNull()
  })

  it('a round never counts more reports than the goal', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 9; i++) made.push(await report(federation, i))
    const statuses = (await Promise.all(made.map(({ body }) => post(federation, body)))).map(
      ({ status }) => status,
    )
    expect(statuses.filter((status) => status === 201)).toHaveLength(4)
    expect(statuses.filter((status) => status === 503 || status === 410)).toHaveLength(5)
    await federation.leader.advance()
    expect((await federation.leader.store.rounds(20))[1]).toMatchObject({
      counted: 4,
      state: 'released',
    })
  })
})

describe('a device', () => {
  it('a device sends the same number of bytes for every update', async () => {
    const federation = await createFederation({ parameters: { aggregationGoal: 100 } })
    const updates = [
      new Float64Array(DIMENSION),
      randomUpdate(1),
      randomUpdate(2).map((x) => 1e9 * x),
    ]
    const lengths = new Set<number>()
    for (const update of updates) {
      const device = createVirtualDevice({
        leader: LEADER,
        helper: HELPER,
        modelHash: await federation.modelHash(),
        fetch: federation.fetch,
        now: () => federation.now,
      })
      expect((await device.contribute(() => update)).sent).toBe(true)
      lengths.add(device.disk.settings.sent?.bytes ?? 0)
    }
    expect(lengths.size).toBe(1)
  })
})
