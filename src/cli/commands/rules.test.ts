import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkRelease } from '@nearside/browser/learning/release.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { type LatestModel, parseLatest } from '@nearside/core/model/manifest.ts'
import { rulesRelease } from '@nearside/core/model/release.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { expect, it } from 'vitest'
import { NegativeResult } from '../command.ts'
import type { Finding } from '../publish/finding.ts'
import { type Flags, runCommand } from '../testCommand.ts'
import { command as keys } from './keys.ts'
import { command } from './rules.ts'

const ITEMS = [
  { id: 'item 0', brand: 'acme', category: 'mugs', price: 5, attributes: { colour: 'red' } },
  { id: 'item 1', brand: 'acme', category: 'bags', price: 0.01 },
  { id: 'item 2', brand: 'bell', category: 'mugs', price: 20 },
  { id: 'gone', brand: 'cold', available: false },
]

const caught = (error: unknown): unknown => error

async function check(rules: unknown, flags: Flags = {}) {
  const folder = testFolder()
  const [file, catalog] = ['rules.json', 'catalog.json'].map((name) => join(folder, name))
  writeFileSync(file, JSON.stringify(rules))
  writeFileSync(catalog, JSON.stringify(ITEMS))
  const given = { flags: { catalog, ...flags }, positionals: ['check', file] }
  const lines: string[] = []
  const print = (line: string) => void lines.push(line.replace(/ +/, ' '))
  const thrown = await runCommand(command, { ...given, print }).then(() => null, caught)
  if (thrown instanceof NegativeResult)
    return { code: 1, lines, result: thrown.result as { findings: readonly Finding[] } }
  if (thrown) throw thrown
  return { code: 0, lines, result: null }
}

it('rules check names the products that each rule matches', async () => {
  const { code, lines } = await check({
    rules: [
      { name: 'a', hide: { category: ['bags'] } },
      { name: 'b', boost: { attributes: { colour: ['red'] } }, by: 2 },
      { name: 'c', pin: ['item 2'] },
      { name: 'd', atMost: 1, per: 'brand' },
      { name: 'e', when: { list: ['similar'] }, only: { same: ['category'], price: { to: 10 } } },
    ] satisfies Rule[],
  })
  expect(lines).toEqual([
    'ok ‘a’ hides 1: item 1.',
    'ok ‘b’ lifts 1: item 0.',
    'ok ‘c’ pins 1: item 2.',
    'ok ‘d’ limits 1 groups that have more than 1 products.',
    'ok ‘e’ keeps only 2 of the same category as the list’s product: item 0, item 1.',
    'warning ‘e’ empties the lists about 2 products, because no other product has the same category, for example item 0.',
    'no errors, 1 warning',
  ])
  expect(code).toBe(0)
})

it.each<[string, Rule | object, string]>([
  ['a malformed rule', { name: 'x' }, 'error rule 1 (‘x’) must say exactly one of'],
  [
    'a pinned id that the catalog lacks',
    { name: 'x', pin: ['item 1', 'no'] },
    'warning ‘x’ names no: not in',
  ],
  [
    'a rule for a brand that no product has',
    { name: 'x', bury: { brand: ['Acme'] }, by: 2 },
    'error ‘x’ matches no product',
  ],
  [
    'an attribute that no product has',
    { name: 'x', hide: { attributes: { color: ['red'] } } },
    'error ‘x’ uses color, which no product has',
  ],
  [
    'an attribute value that no product has',
    { name: 'x', hide: { attributes: { colour: ['red', 'blue'] } } },
    'warning ‘x’ names blue: no product has that as colour.',
  ],
  [
    'a rule for sold-out products only',
    { name: 'x', hide: { brand: ['cold'] } },
    'warning ‘x’ matches only products that are sold out',
  ],
  [
    'a limit that no brand exceeds',
    { name: 'x', atMost: 2, per: 'brand' },
    'error ‘x’ does nothing: no brand has more',
  ],
  [
    'a rule that has ended',
    { name: 'x', when: { until: '2020-01-01' }, pin: ['item 1'] },
    'warning ‘x’ ended with',
  ],
  [
    'a rule that ends before it begins',
    { name: 'x', when: { from: '2099-01-02', until: '2099-01-01' }, pin: ['item 1'] },
    'error ‘x’ ends before it begins',
  ],
  [
    'a rule about offers without a model',
    { name: 'x', hide: { offer: true } },
    'warning ‘x’ uses offers, which only a model',
  ],
])('rules check reports %s', async (_, rule, expected) => {
  const { code, lines } = await check([rule])
  expect(lines.join('\n')).toContain(expected)
  expect(code).toBe(lines.some((line) => line.startsWith('error')) ? 1 : 0)
})

it('rules check reports rules that together empty a list, even if they apply only on one page, at one time, in one list or in one context', async () => {
  const mugs: Rule = { name: 'mugs', only: { category: ['mugs'] } }
  const bags: Rule = { name: 'bags', only: { category: ['bags'] } }
  const empty = async (...rules: Rule[]) => {
    const { lines } = await check(rules)
    return lines.filter((line) => line.includes('leaves nothing'))
  }
  expect(await empty(mugs, bags)).toEqual([
    'error ‘bags’ with ‘mugs’ leaves nothing to show: that list is empty.',
  ])
  for (const when of [
    { page: ['home'] },
    { from: '2099-01-01' },
    { list: ['similar' as const], item: { brand: ['bell'] } },
    { context: { promotion: ['sale'] } },
  ])
    expect(await empty(mugs, { ...bags, when })).toHaveLength(1)
  expect(
    await empty({ ...mugs, when: { page: ['a'] } }, { ...bags, when: { page: ['b'] } }),
  ).toEqual([])
})

it('rules check finds items on offer by the prices in the model', async () => {
  const models = testFolder()
  await publishModel(models, await writeBaseModel(tinyModel(3)))
  const { code, lines } = await check([{ name: 'x', boost: { offer: true }, by: 2 }], {
    model: models,
  })
  expect(lines).toEqual(['ok ‘x’ lifts 1: item 1.', 'no errors, no warnings'])
  expect(code).toBe(0)
})

it('`rules` refuses an unknown subcommand, and `rules check` refuses --catalog together with --shop', async () => {
  const given = { positionals: ['mend', 'x'], flags: {} }
  await expect(runCommand(command, given)).rejects.toThrow('rules needs: check FILE')
  await expect(check([], { shop: '..' })).rejects.toThrow('--catalog or --shop')
})

it('rules sign signs a file that devices accept, each time as a later release, without changing the rules', async () => {
  const folder = testFolder()
  const [file, key] = ['rules.json', 'key.pem'].map((name) => join(folder, name))
  const [publisher] = (await runCommand(keys, { flags: { key } })).printed
  const rules = [{ name: 'r', pin: ['item 1'], at: 2 }]
  const releases: LatestModel[] = []
  for (const content of [rules, { owner: 'us', rules }]) {
    writeFileSync(file, JSON.stringify(content))
    for (let n = 0; n < 2; n++) {
      await runCommand(command, { flags: { key, days: 7 }, positionals: ['sign', file] })
      const now = JSON.parse(readFileSync(file, 'utf8'))
      expect(now).toEqual({ ...('owner' in now && { owner: 'us' }), rules, signed: now.signed })
      const release = await rulesRelease(now, parseLatest)
      await checkRelease(release, { publishers: [publisher] }, releases.at(-1) ?? null, Date.now())
      releases.push(release)
    }
  }
  const [first, second, lost] = releases.map(({ signed }) => signed?.release ?? 0)
  expect(second).toBeGreaterThan(first)
  // The third file was signed after the earlier file was lost. Devices accept it, because a release number is the time
  // of signing and so still rises.
  expect(lost).toBeGreaterThan(second)
  expect(releases[0].signed?.expires).toBeLessThanOrEqual(Date.now() + 7 * DAY)
})

it.each<[string, unknown, Flags, string]>([
  ['a missing key', [], {}, 'input-invalid'],
  ['a key file that does not exist', [], { key: 'nowhere.pem' }, 'input-invalid'],
  ['a rule that devices ignore', [{ name: 'r' }], {}, 'input-invalid'],
])('rules sign refuses %s, and leaves the file unchanged', async (_, content, flags, code) => {
  const file = join(testFolder(), 'rules.json')
  writeFileSync(file, JSON.stringify(content))
  const signed = runCommand(command, { flags, positionals: ['sign', file] })
  await expect(signed).rejects.toMatchObject({ code })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(content)
})
