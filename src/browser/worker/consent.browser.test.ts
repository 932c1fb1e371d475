/** @module Tests a shopper's consent to send model updates: without a consent, the device sends nothing. */

import { NearsideError } from '@nearside/core/error.ts'
import { describe, expect, test } from 'vitest'
import { agreeTo, FEDERATION, TestAggregators } from './testAggregators.ts'
import { live, newDatabase, start, testConfig, testServer } from './testDevice.ts'

describe('consent', () => {
  test('without aggregators a shopper can’t consent and nothing is sent', async () => {
    const { device } = await start(await testServer(), newDatabase())
    await expect(agreeTo(device)).rejects.toMatchObject({ code: 'input-invalid' })
    expect(await device.contribute()).toMatchObject({ sent: false })
  })

  test('a consent is logged and stored, and can be withdrawn', async () => {
    const server = await testServer()
    const aggregators = await TestAggregators.start(server)
    const fetch = aggregators.fetchWith(server.fetch)
    const { device } = await start(server, newDatabase(), { fetch }, { federation: FEDERATION })
    expect((await device.contribute()).sent).toBe(false)
    expect(aggregators.asked).toBe(0)
    await agreeTo(device)
    expect(device.snapshot().consent.contribute).toBe(true)
    await device.setContribution(false)
    expect(device.snapshot().consent).toEqual({ contribute: false, since: null })
    const kinds = (await device.entries()).filter(({ kind }) => kind === 'consent')
    expect(kinds.map(({ detail }) => detail.contribute)).toEqual([true, false])
    // If the shopper changes their mind repeatedly, the last answer applies, and the log has all answers in order.
    const words = [true, false, true, false, true]
    await Promise.all(words.map((word) => device.setContribution(word)))
    const all = (await device.entries()).filter(({ kind }) => kind === 'consent')
    expect(all.at(-1)?.detail.contribute).toBe(true)
    expect(all.every(({ detail }, i) => detail.contribute === (i % 2 === 0))).toBe(true)
    expect(device.snapshot().consent.contribute).toBe(true)
  })

  test('in vault mode the vault (frame on another origin), not the shop’s page, asks for the consent, which is stored with the vault’s wording', async () => {
    const federation = FEDERATION
    let answer: string | null = null
    const asked: unknown[] = []
    const confirmConsent = async (terms: unknown) => {
      asked.push(terms)
      if (answer === null) throw new NearsideError('consent-missing', 'no')
      return answer
    }
    const server = await testServer()
    const fetch = (await TestAggregators.start(server)).fetchWith(server.fetch)
    const environment = { confirmConsent, fetch }
    const { device } = await start(server, newDatabase(), environment, { federation })
    const forged = () => device.setContribution(true, 'Win a prize?')
    await expect(forged()).rejects.toMatchObject({ code: 'consent-missing' })
    expect(device.snapshot().consent).toEqual({ contribute: false, since: null })
    expect((await device.entries()).filter(({ kind }) => kind === 'consent')).toEqual([])
    answer = 'In the vault’s words.'
    await forged()
    expect(device.snapshot().consent).toMatchObject({ contribute: true, wording: answer })
    // Global Privacy Control forbids a consent, so the vault doesn't ask the shopper.
    await device.setContribution(false)
    await device.conditions({ ...testConfig('').conditions, globalPrivacyControl: true })
    await expect(forged()).rejects.toMatchObject({ code: 'consent-missing' })
    expect(asked).toEqual(Array(2).fill(device.snapshot().terms))
  })

  test('in vault mode the shop’s page can’t give a consent for the shopper, even if Global Privacy Control changes meanwhile', async () => {
    const server = await testServer()
    const aggregators = await TestAggregators.start(server)
    const fetch = aggregators.fetchWith(server.fetch)
    let asked = 0
    const confirmConsent = async () => {
      asked++
      throw new NearsideError('consent-missing', 'no')
    }
    const environment = { confirmConsent, fetch }
    const { device } = await start(server, newDatabase(), environment, { federation: FEDERATION })
    await device.contributionTerms()
    const { conditions } = testConfig('')
    const control = (globalPrivacyControl: boolean) =>
      device.conditions({ ...conditions, globalPrivacyControl })
    const all = await Promise.allSettled([
      control(true),
      device.setContribution(false),
      device.setContribution(true, 'Win a prize?'),
      control(false),
      device.contribute(),
    ])
    expect(all[2]).toMatchObject({ status: 'rejected', reason: { code: 'consent-missing' } })
    expect(device.snapshot().consent.contribute).toBe(false)
    expect((await device.entries()).filter(({ kind }) => kind === 'consent')).toEqual([])
    expect(aggregators.posted).toEqual([])
    await expect(device.setContribution(true, 'Win a prize?')).rejects.toMatchObject({
      code: 'consent-missing',
    })
    expect(asked).toBe(1)
  })

  test('after a fit, the device asks the aggregators for the current round only with a consent, and at most once an hour', async () => {
    const server = await testServer()
    const aggregators = await TestAggregators.start(server)
    const fetch = aggregators.fetchWith(server.fetch)
    let clock = Date.now()
    const now = () => clock
    const a = await start(server, newDatabase(), { now, fetch }, { federation: FEDERATION })
    await live(a)
    await a.device.fineTune({})
    expect(aggregators.asked).toBe(0)
    await agreeTo(a.device)
    // Each of the two servers has got one request, for the terms.
    expect(aggregators.asked).toBe(2)
    await a.device.fineTune({})
    await expect.poll(() => aggregators.asked).toBe(4)
    await a.device.fineTune({})
    expect(aggregators.asked).toBe(4)
    clock += 3_600_000
    await a.device.fineTune({})
    await expect.poll(() => aggregators.asked).toBe(6)
  })
})
