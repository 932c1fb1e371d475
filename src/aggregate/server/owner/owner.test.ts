import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Light } from '@nearside/core/ownerAnswer.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import { signAgain } from '@nearside/train/models/publish.ts'
import { createSigner } from '@nearside/train/models/sign.ts'
import { describe, expect, it } from 'vitest'
import {
  createFederation,
  createModels,
  HELPER,
  LEADER,
  type TestOptions,
} from '../testFederation.ts'
import { post, report } from '../testReports.ts'
import type { OwnerCard } from './cards.ts'
import { openOwner } from './routes.ts'

const TOKEN = 'f'.repeat(64)
const NOW = Date.UTC(2026, 0, 1)

function ownerFolder(): string {
  const folder = testFolder()
  writeFileSync(join(folder, 'token'), `${TOKEN}\n`, { mode: 0o600 })
  return folder
}

async function start(leader: TestOptions['leader'] = {}, folder = ownerFolder()) {
  const models = await createModels()
  const owner = await openOwner(folder, { models, operator: 'Test shop' })
  const federation = await createFederation({ leader: { ...leader, models }, app: { owner } })
  const get = (token: string | null, url = `${LEADER}/v1/owner`) =>
    federation.fetch(url, token === null ? {} : { headers: { Authorization: `Bearer ${token}` } })
  const cards = async () => {
    const { cards } = (await (await get(TOKEN)).json()) as { cards: OwnerCard[] }
    return cards
  }
  const card = async (title: string) => (await cards()).find((one) => one.title === title)
  const fill = async (many: number) => {
    for (let k = 0; k < many; k++) await post(federation, (await report(federation, k)).body)
    await federation.leader.advance()
  }
  return { federation, folder, models, get, cards, card, fill }
}

const write = (folder: string, name: string, value: unknown, written = NOW) => {
  writeFileSync(join(folder, name), JSON.stringify(value))
  utimesSync(join(folder, name), written / 1000, written / 1000)
}
const answer = (light: Light) => ({
  light,
  answer: 'keep it',
  because: ['it pays'],
  change: 'less',
})

describe('the owner’s page', () => {
  it('the owner’s page is public and has no figures; its Content-Security-Policy allows one script and no other origin', async () => {
    const { get } = await start()
    const found = await get(null, `${LEADER}/owner`)
    expect(found.status).toBe(200)
    expect(found.headers.get('cache-control')).toBe('no-store')
    expect(found.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+'; connect-src 'self'/,
    )
    expect(await found.text()).not.toContain('Test shop')
  })

  it.each([null, '', 'f', TOKEN.slice(1), `${TOKEN}f`, 'ü'])(
    'the owner’s page answers 401 as problem+json to the token %j',
    async (token) => {
      const { get } = await start()
      const found = await get(token === 'ü' ? '%C3%BC' : token)
      expect(found.status).toBe(401)
      expect(found.headers.get('content-type')).toBe('application/problem+json')
      expect(found.headers.get('www-authenticate')).toBe('Bearer')
      const body = await found.text()
      expect(JSON.parse(body)).toMatchObject({ status: 401, code: 'token-refused' })
      expect(body).not.toContain(TOKEN)
    },
  )

  it('the owner’s page is served neither by the helper nor by a leader without the owner’s folder', async () => {
    const { get } = await start()
    expect((await get(TOKEN, `${HELPER}/v1/owner`)).status).toBe(404)
    const { fetch } = await createFederation()
    expect((await fetch(`${LEADER}/owner`)).status).toBe(404)
    expect((await fetch(`${LEADER}/v1/owner`)).status).toBe(404)
  })

  it('a leader refuses to start if the owner’s token is short, missing or readable by others', async () => {
    const folder = ownerFolder()
    const open = () => openOwner(folder, { models: '', operator: '' })
    const file = join(folder, 'token')
    chmodSync(file, 0o644)
    await expect(open()).rejects.toMatchObject({ code: 'input-invalid' })
    chmodSync(file, 0o600)
    writeFileSync(file, 'secret')
    await expect(open()).rejects.toMatchObject({ code: 'input-invalid' })
    await expect(openOwner(testFolder(), { models: '', operator: '' })).rejects.toMatchObject({
      code: 'input-invalid',
    })
  })
})

describe('the owner page’s answers', () => {
  it('the owner page’s answers show the round as it fills, then the gate’s verdict and the gain of the round’s model', async () => {
    const metrics = { cases: 300, 'ndcg@10 before': 0.2, 'ndcg@10 after': 0.21 }
    const { card, cards, fill } = await start({
      gate: async () => ({ accepted: true, reasons: [], metrics }),
    })
    expect((await card('The round'))?.answer).toContain('0 of 4')
    for (const title of ['The gate', 'Gain of the last round'])
      expect((await card(title))?.light).toBe('grey')
    await fill(3)
    expect((await card('The round'))?.answer).toContain('3 of 4')
    await fill(1)
    expect(await card('The gate')).toMatchObject({
      light: 'green',
      answer: expect.stringContaining('300'),
    })
    expect(await card('Gain of the last round')).toMatchObject({
      light: 'green',
      answer: expect.stringContaining('+5.0 %'),
    })
    expect((await card('Last release'))?.answer).toContain('Version 2')
    for (const { title, answer, change } of await cards()) {
      expect(title && answer && change).toBeTruthy()
      expect(answer + change).not.toMatch(/NaN|undefined|null|Infinity/)
    }
  })

  it('the owner page’s answers are red for a refused model, amber for an unmeasured model and for a change within noise', async () => {
    const refused = await start({
      gate: async () => ({ accepted: false, reasons: ['it ranks worse'], metrics: { cases: 300 } }),
    })
    await refused.fill(4)
    expect(await refused.card('The gate')).toMatchObject({
      light: 'red',
      because: expect.arrayContaining(['it ranks worse']),
    })
    const unmeasured = await start({
      gate: async () => ({ accepted: true, reasons: [], metrics: { cases: 0 } }),
    })
    await unmeasured.fill(4)
    expect((await unmeasured.card('The gate'))?.light).toBe('amber')
    expect((await unmeasured.card('Gain of the last round'))?.light).toBe('grey')
    const metrics = { cases: 300, 'ndcg@10 before': 0.2, 'ndcg@10 after': 0.199 }
    const noise = await start({ gate: async () => ({ accepted: true, reasons: [], metrics }) })
    await noise.fill(4)
    expect((await noise.card('Gain of the last round'))?.light).toBe('amber')
  })

  it('the owner page’s answers say that the round waits and why, while the helper is down', async () => {
    const { federation, card, fill } = await start()
    await fill(1)
    expect((await card('The round'))?.light).toBe('green')
    const { body } = await report(federation, 1)
    federation.setDown(HELPER, true)
    expect((await post(federation, body)).status).toBe(503)
    const waiting = await federation.leader.waitingFor()
    expect(await card('The round')).toMatchObject({
      light: 'amber',
      because: expect.arrayContaining([waiting]),
    })
  })

  it('the owner page’s answers name the signers of the release whose signatures are valid', async () => {
    const { federation, models, card } = await start()
    expect((await card('Last release'))?.light).toBe('amber')
    const { privateKey } = generateKeyPairSync('ed25519')
    await signAgain(models, createSigner({ keys: [privateKey], days: 30, now: () => NOW }).sign)
    const path = join(models, 'latest.json')
    const latest = JSON.parse(readFileSync(path, 'utf8'))
    const [{ key }] = latest.signed.signatures
    const signed = await card('Last release')
    expect(signed?.light).toBe('green')
    expect(signed?.because.join()).toContain(key)
    federation.now = NOW + 31 * DAY
    expect((await card('Last release'))?.light).toBe('red')
    federation.now = NOW
    latest.signed.release += 1
    writeFileSync(path, JSON.stringify(latest))
    const forged = await card('Last release')
    expect(forged?.light).toBe('red')
    expect(forged?.because.join()).not.toContain(key)
  })

  it('the owner page’s answers repeat the results of `measure` and `evaluate`, with their age', async () => {
    const { folder, card } = await start()
    const [sales, verdict, stores] = [
      'Effect on orders and money',
      'Verdict of the evaluation',
      'Browsers with an empty store',
    ]
    for (const title of [sales, verdict, stores]) expect((await card(title))?.light).toBe('grey')
    write(folder, 'measure.json', { answer: answer('green'), emptyStores: 0.6 })
    write(folder, 'evaluate.json', { answer: answer('red') })
    expect(await card(sales)).toMatchObject({ light: 'green', answer: 'Keep it', change: 'less' })
    expect((await card(verdict))?.light).toBe('red')
    expect(await card(stores)).toMatchObject({
      light: 'amber',
      answer: expect.stringContaining('60.0'),
    })
    write(folder, 'measure.json', { answer: answer('green') }, NOW - 90 * DAY)
    expect((await card(sales))?.light).toBe('amber')
    expect((await card(stores))?.light).toBe('grey')
    write(folder, 'measure.json', { answer: { light: 'blue' } })
    expect((await card(sales))?.light).toBe('red')
    writeFileSync(join(folder, 'evaluate.json'), '{"answer":')
    expect((await card(verdict))?.light).toBe('red')
  })
})
