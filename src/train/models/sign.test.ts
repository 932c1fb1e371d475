import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkRelease } from '@nearside/browser/learning/release.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { type LatestModel, parseLatest } from '@nearside/core/model/manifest.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import { describe, expect, it } from 'vitest'
import { type Disk, nodeDisk } from './disk.ts'
import { publishModel, requireSigner, signAgain } from './publish.ts'
import {
  type Cosigner,
  createSigner,
  makeSigningKey,
  publicKeyOf,
  readSigningKey,
  type SignerOptions,
} from './sign.ts'

const NOW = Date.UTC(2026, 0, 1)
const [FIRST, SECOND] = await Promise.all([1, 2].map((seed) => writeBaseModel(tinyModel(12, seed))))

async function newKey() {
  const file = join(testFolder(), 'key.pem')
  await makeSigningKey(file)
  return readSigningKey(file)
}

async function newSigner(options: Partial<SignerOptions> = {}) {
  const key = await newKey()
  const signer = createSigner({ keys: [key], days: 90, now: () => NOW, ...options })
  return { ...signer, key: publicKeyOf(key) }
}

const latestOf = (models: string) =>
  parseLatest(JSON.parse(readFileSync(join(models, 'latest.json'), 'utf8')))

describe('a signed release', () => {
  it('a device with the publisher’s key accepts a signed release, which has the next release number', async () => {
    const models = testFolder()
    const { sign, key, hasSigned } = await newSigner()
    const keys = { publishers: [key] }
    await publishModel(models, FIRST, { sign })
    const first = latestOf(models)
    await checkRelease(first, keys, null, NOW + 90 * DAY)
    await publishModel(models, SECOND, { sign })
    const second = latestOf(models)
    expect([first.signed?.release, second.signed?.release]).toEqual([1, 2])
    await checkRelease(second, keys, first, NOW)
    await expect(checkRelease(first, keys, second, NOW)).rejects.toMatchObject({
      code: 'model-rolled-back',
    })
    expect(hasSigned(second)).toBe(true)
    expect(hasSigned({ ...second, version: '7' })).toBe(false)
    expect((await newSigner()).hasSigned(second)).toBe(false)
  })

  it('signing the same model again gives a new release number and a later expiry', async () => {
    const models = testFolder()
    await publishModel(models, FIRST)
    let now = NOW
    const { sign } = await newSigner({ now: () => now })
    expect(await signAgain(models, sign)).toMatchObject({ version: '1', signed: { release: 1 } })
    now += 50 * DAY
    await signAgain(models, sign)
    expect(latestOf(models)).toMatchObject({
      version: '1',
      signed: { release: 2, issued: now, expires: now + 90 * DAY },
    })
  })

  it('release numbers start at a requested number if earlier numbers are lost', async () => {
    const models = testFolder()
    const { sign } = await newSigner({ least: 40 })
    await publishModel(models, FIRST, { sign })
    await publishModel(models, SECOND, { sign })
    expect(latestOf(models).signed?.release).toBe(41)
  })

  it('a signed release is never followed by an unsigned release', async () => {
    const models = testFolder()
    await publishModel(models, FIRST)
    await requireSigner(models, undefined)
    const { sign } = await newSigner()
    await publishModel(models, SECOND, { sign })
    const before = latestOf(models)
    const refused = expect.objectContaining({ code: 'input-invalid' })
    await expect(requireSigner(models, undefined)).rejects.toEqual(refused)
    await expect(publishModel(models, FIRST)).rejects.toEqual(refused)
    expect(latestOf(models)).toEqual(before)
  })

  it('a release never reuses a number that another publisher took meanwhile', async () => {
    const models = testFolder()
    const { sign } = await newSigner()
    const [slow, fast] = [SECOND, FIRST]
    await publishModel(models, FIRST, { sign })
    let waits = true
    const disk: Disk = {
      ...nodeDisk,
      async write(path, bytes) {
        await nodeDisk.write(path, bytes)
        if (!path.endsWith('latest.json') || !waits) return
        waits = false
        await publishModel(models, fast, { sign })
      },
    }
    await publishModel(models, slow, { sign, disk })
    expect(latestOf(models)).toMatchObject({ signed: { release: 3 } })
  })
})

describe('a cosigner (the second aggregation server)', () => {
  function helper(known: number, refusals: number): Cosigner & { readonly asked: LatestModel[] } {
    const asked: LatestModel[] = []
    return {
      asked,
      lastRelease: async () => known + asked.length,
      async sign(latest) {
        asked.push(latest)
        if (asked.length <= refusals) throw new NearsideError('version-taken', 'another was first')
        return { key: 'helper', signature: 'its' }
      },
    }
  }

  it('signing takes the release number after the helper server’s last, and the number after that if another publisher took it', async () => {
    const cosigner = helper(7, 1)
    const { sign } = await newSigner({ cosigner })
    const { signed } = await sign({ version: '1', manifest: 'a'.repeat(64) }, null)
    expect(signed?.release).toBe(9)
    expect(signed?.signatures.map(({ key }) => key)).toContain('helper')
    expect(cosigner.asked.map((one) => one.signed?.release)).toEqual([8, 9])
  })

  it('if the helper server refuses to sign, the model is not published', async () => {
    const models = testFolder()
    await publishModel(models, FIRST)
    const { sign } = await newSigner({ cosigner: helper(7, 99) })
    const refused = { code: 'version-taken' }
    await expect(publishModel(models, SECOND, { sign })).rejects.toMatchObject(refused)
    expect(latestOf(models).version).toBe('1')
  })
})

describe('a key', () => {
  it('a signing key is created once, and only its owner can read it', async () => {
    const file = join(testFolder(), 'key.pem')
    expect(await makeSigningKey(file)).toBe(true)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const key = publicKeyOf(await readSigningKey(file))
    expect(await makeSigningKey(file)).toBe(false)
    expect(publicKeyOf(await readSigningKey(file))).toBe(key)
  })

  it('a signing key is refused if others can read it, if it would be published or if it is invalid', async () => {
    const folder = testFolder()
    const file = join(folder, 'key.pem')
    await makeSigningKey(file)
    await expect(readSigningKey(file, folder)).rejects.toThrow('which is published')
    await expect(readSigningKey(file, join(folder, 'models'))).resolves.toBeDefined()
    chmodSync(file, 0o644)
    await expect(readSigningKey(file)).rejects.toThrow('chmod 600')
    const none = join(folder, 'none.pem')
    writeFileSync(none, 'nothing', { mode: 0o600 })
    await expect(readSigningKey(none)).rejects.toMatchObject({ code: 'input-invalid' })
    await expect(readSigningKey(join(folder, 'gone'))).rejects.toMatchObject({
      code: 'input-invalid',
    })
  })
})
