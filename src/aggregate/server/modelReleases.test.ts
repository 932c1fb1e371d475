/** @module Tests which models the helper signs, and rounds that need its signature. */
import { join } from 'node:path'
import { checkRelease } from '@nearside/browser/learning/release.ts'
import { utf8 } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import type { LatestModel } from '@nearside/core/model/manifest.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import { publishModel, readLatestFile, signAgain } from '@nearside/train/models/publish.ts'
import {
  createSigner,
  makeSigningKey,
  publicKeyOf,
  readSigningKey,
} from '@nearside/train/models/sign.ts'
import { describe, expect, it } from 'vitest'
import { createCosigner } from './cosigner.ts'
import { openSqliteStore } from './store/store.ts'
import { simulateDevices } from './testDevices.ts'
import {
  createFederation,
  createModels,
  HELPER,
  LEADER,
  type TestFederation,
} from './testFederation.ts'
import { candidateOf, PARAMETERS } from './testModel.ts'
import { randomUpdate } from './testReports.ts'

const START = Date.UTC(2026, 0, 1)

async function newKey() {
  const file = join(testFolder(), 'key.pem')
  await makeSigningKey(file)
  return readSigningKey(file)
}

/** A federation whose leader signs the models that it publishes, and whose helper adds its signature. */
async function signing() {
  const models = await createModels()
  const key = await newKey()
  const publisher = publicKeyOf(key)
  let federation: TestFederation | null = null
  const fetch = (async (...args: Parameters<typeof globalThis.fetch>) => {
    if (!federation) throw new TypeError('connection refused')
    return federation.fetch(...args)
  }) as typeof globalThis.fetch
  const now = () => federation?.now ?? START
  const cosigner = createCosigner(HELPER, fetch)
  const signer = createSigner({ keys: [key], days: 90, now, cosigner })
  const helperStore = openSqliteStore(':memory:')
  federation = await createFederation({
    leader: { models, signer },
    helper: { publishers: [publisher], store: helperStore },
  })
  const helper = (await federation.helper.keys()).signing
  const latest = async () => (await readLatestFile(models)) as LatestModel
  return { federation, models, signer, key, latest, keys: { publishers: [publisher], helper } }
}

const post = (federation: TestFederation, body: unknown) =>
  federation.fetch(`${HELPER}/v1/models`, { method: 'POST', body: canonicalJson(body) })

describe('the helper’s signature', () => {
  it('devices accept the helper’s signature, and the helper’s public list shows the signed model', async () => {
    const { federation, models, signer, latest, keys } = await signing()
    await signAgain(models, signer.sign)
    await checkRelease(await latest(), keys, null, START)
    const { releases } = await (await federation.fetch(`${HELPER}/v1/models`)).json()
    const { version, manifest, signed } = await latest()
    const { signatures: _, ...terms } = signed ?? {}
    expect(releases).toEqual([{ version, manifest, ...terms }])
  })

  it('the helper repeats its signature of the same release, and signs no other release with that number or a lower number', async () => {
    const { federation, models, signer, key, latest } = await signing()
    await signAgain(models, signer.sign)
    await signAgain(models, signer.sign)
    const given = await latest()
    const again = await post(federation, given)
    expect(given.signed?.signatures).toContainEqual(await again.json())
    const alone = (previous: number) => {
      const { sign } = createSigner({ keys: [key], days: 90, now: () => START })
      const terms = { release: previous, issued: 0, expires: 1, signatures: [] }
      const model = { version: '9', manifest: 'b'.repeat(64) }
      return sign(model, previous ? { ...model, signed: terms } : null)
    }
    for (const previous of [0, 1]) {
      const refused = await post(federation, await alone(previous))
      expect(refused.status).toBe(409)
      expect((await refused.json()).code).toBe('version-taken')
    }
    expect((await post(federation, await alone(2))).status).toBe(200)
  })

  it.each([
    ['signed by nobody', async (latest: LatestModel) => ({ ...latest, signed: undefined }), 403],
    [
      'signed by a stranger',
      async ({ version, manifest }: LatestModel) => {
        const keys = [await newKey()]
        return createSigner({ keys, days: 90, now: () => START }).sign({ version, manifest }, null)
      },
      403,
    ],
    ['changed', async (latest: LatestModel) => ({ ...latest, version: '7' }), 403],
    ['malformed', async () => ({ some: 'thing' }), 422],
  ])('the helper’s signature is refused to a release that is %s', async (_, change, status) => {
    const { federation, models, signer, latest } = await signing()
    await signAgain(models, signer.sign)
    const changed = JSON.parse(JSON.stringify(await change(await latest())))
    expect((await post(federation, changed)).status).toBe(status)
  })

  it('the helper’s signature is refused to a release issued more than a day before or after the helper’s clock', async () => {
    const { federation, key } = await signing()
    for (const off of [-2, 2, 400]) {
      const issued = START + off * DAY
      const { sign } = createSigner({ keys: [key], days: 90, now: () => issued })
      const latest = await sign({ version: '1', manifest: 'a'.repeat(64) }, null)
      expect((await post(federation, latest)).status).toBe(422)
    }
  })

  it('a helper without publishers signs no models', async () => {
    const federation = await createFederation()
    expect((await post(federation, {})).status).toBe(404)
  })
})

describe('rounds of signed models', () => {
  it('rounds of signed models start only from the newest signed model, and end by signing and publishing the next one', async () => {
    const { federation, models, signer, latest, keys } = await signing()
    const { leader } = federation
    expect(await leader.store.current()).toBeNull()
    expect(await leader.waitingFor()).toContain('not signed by the leader’s key')
    await signAgain(models, signer.sign)
    const first = await latest()
    await leader.advance()
    expect((await leader.store.current())?.state).toBe('open')
    await simulateDevices({
      leader: LEADER,
      helper: HELPER,
      modelHash: first.manifest,
      count: PARAMETERS.aggregationGoal,
      update: randomUpdate,
      fetch: federation.fetch,
      now: () => federation.now,
    })
    await leader.advance()
    const second = await latest()
    expect(second).toMatchObject({ version: '2', signed: { release: 2 } })
    await checkRelease(second, keys, first, START)
    expect(await leader.store.current()).toMatchObject({ round: 2, state: 'open' })
  })

  it('rounds don’t begin with a model that only the leader signed', async () => {
    const { federation, models, signer, key } = await signing()
    await signAgain(models, signer.sign)
    await federation.leader.advance()
    const alone = createSigner({ keys: [key], days: 90, now: () => START })
    const { manifest, files } = await candidateOf('2', null, utf8('shared 2'))
    const all = new Map([['encoder.safetensors', utf8('encoder')], ...files])
    await publishModel(models, { manifest, files: all }, { sign: alone.sign })
    await federation.leader.advance()
    expect(await federation.leader.store.current()).toMatchObject({ round: 1, state: 'abandoned' })
    expect(await federation.leader.waitingFor()).toContain('not the newest that the helper')
  })

  it('rounds go on while the leader signs a model again after half of the signature’s validity', async () => {
    const { federation, models, signer, latest } = await signing()
    const { leader } = federation
    await signAgain(models, signer.sign)
    await leader.advance()
    const round = await leader.store.current()
    await leader.renew()
    expect((await latest()).signed?.release).toBe(1)
    federation.now = START + 46 * DAY
    await leader.renew()
    expect(await latest()).toMatchObject({ version: '1', signed: { release: 2 } })
    await leader.advance()
    expect(await leader.store.current()).toEqual(round)
  })

  it('rounds never renew a model that another publisher signed', async () => {
    const { federation, models } = await signing()
    const stranger = createSigner({ keys: [await newKey()], days: 1, now: () => START })
    await signAgain(models, stranger.sign)
    federation.now = START + 10 * DAY
    await expect(federation.leader.renew()).rejects.toMatchObject({ code: 'model-unsigned' })
  })
})
