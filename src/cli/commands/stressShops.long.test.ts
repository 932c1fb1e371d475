/**
 * @module Runs import → pretrain → evaluate → publish → doctor on shops with difficult logs. The logs cover years
 * between purchases, one item in every basket, and thousands of one-time shoppers. The logs also cover missing
 * categories and prices, titles in Cyrillic and Japanese, vanished items, and all events of a day at one second.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import { ARMS } from '@nearside/evaluate/arms.ts'
import { expect, it } from 'vitest'
import { serveSite } from '../doctor/testHost.ts'
import { runCommand } from '../testCommand.ts'
import { runEvaluate } from '../testEvaluate.ts'
import { oneSecond, type StressShop, seenOnce, yearsApart } from '../testStressShops.ts'
import { command as doctor } from './doctor.ts'
import { command as importLog } from './import.ts'
import { command as pretrain } from './pretrain.ts'
import { command as publish } from './publish.ts'

const SHOPS: readonly (readonly [string, () => StressShop])[] = [
  ['years between orders, one item for everybody, Cyrillic titles', yearsApart],
  ['thousands of single clicks, no categories, no prices, Japanese titles', seenOnce],
  ['a second a day, whole catalogs bought, no categories', oneSecond],
]

it.each(SHOPS)(
  'a stress shop passes import, pretrain, evaluate, publish and doctor: %s',
  async (_, make) => {
    const { orders, clicks, catalog, flags, until } = make()
    const folder = testFolder()
    const file = (name: string, text: string) => {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    }
    const [shop, model, out] = ['shop', 'models', 'site'].map((name) => join(folder, name))
    await runCommand(importLog, {
      flags: {
        orders: file('orders.csv', orders),
        clicks: clicks && file('clicks.csv', clicks),
        catalog: file('catalog.csv', catalog),
        out: shop,
        ...flags,
      },
    })
    await runCommand(pretrain, { flags: { shop, out: model, until, epochs: '0' } })

    const { result, text } = await runEvaluate({ shop, model })
    expect(result.leftOut).toBeUndefined()
    expect(result.arms.map(({ name }) => name)).toEqual([...ARMS])
    expect(result.cases).toBeGreaterThan(10)
    expect(numbersIn(result).every(Number.isFinite)).toBe(true)
    expect(text).not.toMatch(/NaN|Infinity|undefined/)

    await runCommand(publish, { flags: { model, shop, out } })
    const published: { id: string }[] = JSON.parse(readFileSync(join(out, 'catalog.json'), 'utf8'))
    expect(published).toHaveLength(54)
    const examined = await runCommand(doctor, { positionals: [await serveSite(out)] }).catch(
      (error) => error,
    )
    const { findings } = examined.result as { findings: { level: string; about: string }[] }
    // The published site doesn't include the library's files, so the doctor reports a missing worker.
    expect(findings.filter(({ level, about }) => level === 'error' && about !== 'worker')).toEqual(
      [],
    )
    // The time limit is long, because the test trains models, perhaps on a busy machine.
  },
  900_000,
)

/** All numbers in a result, at any depth. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(numbersIn)
}
