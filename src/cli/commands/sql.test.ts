import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NO_POSTGRES, startPostgres } from '@nearside/aggregate/server/store/testPostgres.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { readPartials } from '@nearside/train/warehouse/readPartials.ts'
import { partialStatements } from '@nearside/train/warehouse/statements.ts'
import { COLUMNS, expectEqualCounts, log, tableOf } from '@nearside/train/warehouse/testPartials.ts'
import { expect, it, onTestFinished } from 'vitest'
import { runCommand } from '../testCommand.ts'
import { command } from './sql.ts'

it.skipIf(NO_POSTGRES)(
  `partials that psql makes on PostgreSQL give the same counts as the whole log${NO_POSTGRES}`,
  async () => {
    const folder = testFolder()
    const lines = log(120, 30)
    const statements = await partialStatements('postgres', {
      layout: 'table',
      table: 'shop_log',
      columns: COLUMNS,
      until: null,
      salt: 's',
      fewestShoppers: 1,
      mostEvents: 450,
    })
    const script = [`\\cd ${folder}`, ...tableOf(lines), ...statements]
      .map((one) => `${one}${one.startsWith('\\') ? '' : ';'}\n`)
      .join('')
    const file = join(folder, 'partials.sql')
    writeFileSync(file, script)
    const postgres = await startPostgres()
    onTestFinished(() => postgres.remove())
    const url = await postgres.create()
    postgres.run('psql', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, url)
    const shop = await readPartials(folder)
    expect(shop.others.shoppers).toBeGreaterThan(50)
    expect(shop.shoppers.length + shop.others.shoppers).toBe(120)
    expectEqualCounts(shop, lines)
  },
  300_000,
)

it('sql prints statements, with a new secret on each run', async () => {
  const run = (...positionals: string[]) =>
    runCommand(command, {
      positionals,
      flags: { dialect: 'bigquery', columns: 'shopper=customer,item=sku,time=at' },
    })
  const texts = [await run('shop.log'), await run('shop.log')].map(({ printed }) =>
    printed.join('\n'),
  )
  expect(texts[0]).toContain('`shop.log`')
  expect(texts[0]).toContain('EXPORT DATA')
  expect(texts[0]).not.toBe(texts[1])
  await expect(run('ga4:shop.log')).rejects.toMatchObject({ code: 'input-invalid' })
}, 120_000)

it.each([
  [{ dialect: 'bigquery' }, 'shop.log'],
  [{ dialect: 'snowflake' }, 'ga4:shop.log'],
  [{ dialect: 'postgres', columns: 'shopper=a,item=b' }, 'log'],
])('sql rejects the options %j of %s', async (flags, table) => {
  await expect(runCommand(command, { positionals: [table], flags })).rejects.toMatchObject({
    code: 'input-invalid',
  })
})
