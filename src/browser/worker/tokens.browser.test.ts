/** @module Tests tokens, each of which authorises one update: when the device requests, uses and deletes them. */

import { parseAuthorization } from '@nearside/aggregate/protocol/token.ts'
import { parseBundle } from '@nearside/audit/bundle.ts'
import { verifyBundle } from '@nearside/audit/verify.ts'
import { fromBase64, fromHex, toBase64, toHex } from '@nearside/core/bytes.ts'
import { expect, test } from 'vitest'
import { isTokenRequest } from '../ledger/removed.ts'
import { agreeTo, FEDERATION, TestAggregators } from './testAggregators.ts'
import { live, newDatabase, start, type TestDevice, testServer } from './testDevice.ts'

const HOUR = 3_600_000
const MINUTE = 60_000

/** Creates an RSA key and a function that signs with it, without padding. */
async function createIssuer() {
  const algorithm = {
    ...{ name: 'RSA-PSS', hash: 'SHA-384', modulusLength: 2048 },
    publicExponent: Uint8Array.of(1, 0, 1),
  }
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ['sign'])
  const { n = '', d = '' } = await crypto.subtle.exportKey('jwk', privateKey)
  const key = toBase64(new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)))
  const big = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`)
  const number = (text: string) => {
    const padded = text.replaceAll('-', '+').replaceAll('_', '/')
    return big(fromBase64(padded.padEnd(Math.ceil(padded.length / 4) * 4, '=')))
  }
  const [modulus, exponent] = [number(n), number(d)]
  const sign = (blinded: Uint8Array) => {
    let [result, power] = [1n, big(blinded)]
    for (let left = exponent; left > 0n; left >>= 1n) {
      if (left & 1n) result = (result * power) % modulus
      power = (power * power) % modulus
    }
    return fromHex(result.toString(16).padStart(512, '0'))
  }
  return { key, sign }
}

const issuer = await createIssuer()

async function shop(random: number) {
  const server = await testServer()
  const terms = { issuer: { kind: 'work', key: issuer.key, bits: 1 } } as const
  const aggregators = await TestAggregators.start(server, terms)
  aggregators.issuer = issuer.sign
  const fetch = aggregators.fetchWith(server.fetch)
  const clock = { now: Date.now() }
  const environment = { fetch, now: () => clock.now, random: () => random }
  const tested = await start(server, newDatabase(), environment, { federation: FEDERATION })
  await live(tested)
  const later = (milliseconds: number, timer: number) => {
    clock.now += milliseconds
    tested.timers.fire(timer)
  }
  return { aggregators, later, tested }
}

const waits = ({ timers }: TestDevice) =>
  [...timers.waiting.values()].map(({ milliseconds }) => milliseconds)

const faultsOf = async ({ device }: TestDevice) =>
  (await verifyBundle(parseBundle(await device.export()))).faults

test('the device requests a token when it schedules an update, and sends token and update together', async () => {
  const { aggregators, later, tested } = await shop(0.25)
  const { device } = tested
  await device.contributionTerms()
  await agreeTo(device)
  await device.fineTune({})
  await expect.poll(() => aggregators.tokens).toBe(1)
  await expect.poll(() => waits(tested)).toContain(HOUR)
  expect(aggregators.posted).toEqual([])
  await device.fineTune({})
  for (let hour = 1; hour <= 6; hour++) {
    later(HOUR, HOUR)
    if (hour < 6) await expect.poll(() => waits(tested)).toContain(HOUR)
  }
  await expect.poll(() => device.snapshot().sent.reports).toBe(1)
  expect(aggregators.tokens).toBe(1)
  expect(parseAuthorization(aggregators.authorizations[0] ?? '')).not.toBeNull()
  const asked = (await device.entries()).filter(isTokenRequest)
  expect(asked.map(({ bytesSent }) => bytesSent)).toEqual([aggregators.tokenBytes])
  expect(aggregators.tokenBytes).toBe(259)
  expect(await faultsOf(tested)).toEqual([])
})

test('in a new round the device requests another token and sends the update minutes later', async () => {
  const { aggregators, later, tested } = await shop(0.25)
  const { device } = tested
  await device.contributionTerms()
  await agreeTo(device)
  await device.fineTune({})
  await expect.poll(() => aggregators.tokens).toBe(1)
  await expect.poll(() => waits(tested)).toContain(HOUR)
  aggregators.round = 2
  later(6 * HOUR, HOUR)
  await expect.poll(() => waits(tested)).toContain(2.5 * MINUTE)
  expect(aggregators.tokens).toBe(2)
  expect(aggregators.posted).toEqual([])
  later(2.5 * MINUTE, 2.5 * MINUTE)
  await expect.poll(() => device.snapshot().sent.reports).toBe(1)
  expect(aggregators.tokens).toBe(2)
})

test('while the issuer of tokens is down, the update stays due and a notice says so', async () => {
  const { aggregators, later, tested } = await shop(0)
  const { device } = tested
  aggregators.issuer = null
  await agreeTo(device)
  await device.fineTune({})
  await expect.poll(() => waits(tested)).toContain(HOUR)
  expect(device.snapshot().notices.map(({ code }) => code)).toContain('issuer-unreachable')
  expect(aggregators.posted).toEqual([])
  aggregators.issuer = issuer.sign
  later(HOUR, HOUR)
  await expect.poll(() => device.snapshot().sent.reports).toBe(1)
})

test.each(['withdraw', 'erase'] as const)('no token is left after %s', async (what) => {
  const { tested } = await shop(0.5)
  const { device } = tested
  const settings = async () => parseBundle(await device.export()).settings
  await device.contributionTerms()
  await agreeTo(device)
  await device.fineTune({})
  await expect.poll(settings).toHaveProperty('token')
  if (what === 'withdraw') await device.setContribution(false)
  else await device.erase()
  expect(await settings()).not.toHaveProperty('token')
})
