import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { readHashed } from '@nearside/train/models/read.ts'
import { describe, expect, test } from 'vitest'
import {
  type Attack,
  distinguish,
  type Given,
  inferMembership,
  linkByTime,
  linkReports,
  tellOpposites,
  tellProduct,
} from './attacks.ts'
import { hostileUpdates, reconstruct, updatesOf } from './reconstruct.ts'
import { areaUnderCurve, mostByChance, truePositiveRate } from './score.ts'

const given = (trials: number, terms = DEMO_PARAMETERS): Given => ({
  terms,
  random: createRandom(7),
  trials,
  progress: () => undefined,
})

describe('scores', () => {
  test('areaUnderCurve is the share of pairs in which “yes” scores above “no”; a tie counts half', () => {
    expect(areaUnderCurve({ no: [1, 2, 3], yes: [4, 5] })).toBe(1)
    expect(areaUnderCurve({ no: [4, 5], yes: [1, 2, 3] })).toBe(0)
    expect(areaUnderCurve({ no: [1, 1], yes: [1, 1, 1] })).toBe(0.5)
    // The four pairs of a “yes” and a “no”: 2 > 1, 1 = 1, 2 < 3, 1 < 3.
    expect(areaUnderCurve({ no: [1, 3], yes: [1, 2] })).toBe(1.5 / 4)
  })

  test('mostByChance gives the share of right guesses that chance hardly ever exceeds', () => {
    // Three trials with probability ½: P(X > 2) = 1/8, P(X > 3) = 0.
    expect(mostByChance(0.5, 3)).toBe(1)
    // A Poisson distribution with mean 1 has P(X > 4) = 0.0037 and P(X > 5) = 0.0006.
    expect(mostByChance(1e-4, 10_000)).toBe(5e-4)
    expect(mostByChance(0.5, 10_000)).toBeCloseTo(0.515, 6)
  })

  test('truePositiveRate is the share of “yes” scores above the threshold that has the given false positive rate', () => {
    const no = Array.from({ length: 100 }, (_, i) => i)
    expect(truePositiveRate({ no, yes: [97, 98, 99, 100] }, 0.01)).toBe(0.5)
    expect(truePositiveRate({ no, yes: [97, 98, 99, 100] }, 0)).toBe(0.25)
  })
})

/** Expects that each attack succeeds without protection, and stays within its bound against our code. */
function expectHolds(attacks: readonly Attack[]): void {
  for (const { name, unprotected, ours, ceiling, holds } of attacks)
    expect([name, holds, unprotected >= 0.9, ours <= ceiling]).toEqual([name, true, true, true])
}

describe('an attack', () => {
  test('an attack that knows only one secret share of an update is no better than chance', async () => {
    expectHolds(await distinguish(given(300)))
  })

  test('an attack on the sums distinguishes opposite updates as often as ε under substitution adjacency allows, and no more', async () => {
    const [one, four] = [await tellOpposites(given(600), 1), await tellOpposites(given(600), 4)]
    expectHolds([one, four])
    // At the demo’s noise, the bounds under substitution adjacency are Φ(1) = .84 for one round and Φ(2) = .977 for
    // four. Those under zero-out would be lower: Φ(½) = .69 and Φ(1) = .84.
    expect(one.ours).toBeGreaterThan(0.79)
    expect(four.ours).toBeGreaterThan(0.95)
    const quiet = { ...DEMO_PARAMETERS, noiseMultiplier: 20 }
    expect((await tellOpposites(given(300, quiet), 1)).ours).toBeLessThan(0.62)
  })

  test('an attack on the sums detects a device’s update as often as ε under zero-out adjacency allows, and no more', async () => {
    const [area] = await inferMembership(given(600), 1)
    expectHolds([area])
    // At the demo’s noise an attacker who knows all other updates can reach an area under the ROC curve of
    // Φ(1/√2) = .76; a coin has .5.
    expect(area.ours).toBeGreaterThan(0.65)
    const quiet = { ...DEMO_PARAMETERS, noiseMultiplier: 20 }
    expect((await inferMembership(given(300, quiet), 1))[0].ours).toBeLessThan(0.62)
  })

  test('an attacker guesses which of two products a device counted; from a round’s counts, the guess is right nearly as often as the bound allows', async () => {
    const terms = { ...DEMO_PARAMETERS, countShare: 0.8 }
    const found = await tellProduct(given(2000, terms))
    expectHolds([found])
    // Counts are only .8 of the update's squared norm, so the bound is Φ(√.4) = .736; an update of counts alone would
    // have the bound Φ(√.5) = .760.
    expect(found.ours).toBeGreaterThan(0.7)
  })

  test('an attack that exceeds its bound is reported with `holds: false`', async () => {
    // The update is three times as long as the clip norm for which the noise was calibrated.
    const terms = { ...DEMO_PARAMETERS }
    let read = 0
    // The first read of `clipNorm` sets the noise, and later reads set the update's length.
    Object.defineProperty(terms, 'clipNorm', {
      get: () => DEMO_PARAMETERS.clipNorm * (read++ ? 3 : 1),
    })
    const [area] = await inferMembership(given(600, terms), 1)
    expect([area.holds, area.ours > area.ceiling]).toEqual([false, true])
  })

  test('an attack that guesses the bought product from an update stays within the bound of ε, even with a hostile catalog', async () => {
    const games = given(150)
    const model = (await readHashed('public/models')).model
    expectHolds(await reconstruct(games, 'bought', updatesOf(model, createRandom(3))))
    expectHolds(await reconstruct(games, 'bought', hostileUpdates(games)))
    const under = async (noiseMultiplier: number) => {
      const terms = given(150, { ...DEMO_PARAMETERS, noiseMultiplier })
      return (await reconstruct(terms, 'bought', hostileUpdates(terms)))[1].ours
    }
    // A blind guess is right once in a hundred. The less noise, the more often the attack is right.
    expect(await under(0.3)).toBeGreaterThan(0.3)
    expect(await under(20)).toBeLessThan(0.07)
  })

  test('the time at which a report arrives identifies its device only if the device sends without delay', () => {
    expectHolds([linkByTime(given(200))])
  })

  test('an attack that compares the bytes of reports finds no two reports of the same device', async () => {
    expectHolds(await linkReports(given(30)))
  })
})
