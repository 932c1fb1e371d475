/** @module `nearside doctor`: examines a live shop as a device does. */
import { Command } from '@commander-js/extra-typings'
import { NearsideError } from '@nearside/core/error.ts'
import { defineCommand, NegativeResult } from '../command.ts'
import { examine } from '../doctor/examine.ts'
import { PUBLISHER } from '../shared.ts'
import { modelKeys } from '../signing.ts'
import { httpUrl, wholeNumber } from '../values.ts'

const syntax = new Command('doctor')
  .summary('checks a live shop, and says what to mend')
  .description(`Reads the page, the model, the catalog and the rules by the code that devices read them with: policies,
hashes, signature, end, format, how catalog and model fit, sizes, compression, cache, other origins, the
worker's file or the vault, the aggregators. A page that holds the snippet of nearside publish says where everything
lies; for another one, say it (addresses may be relative to the page's). Nothing is sent but requests for
what every visitor gets. Exit code 1 where there is an error.`)
  .argument('<url>', 'a page of the shop', httpUrl)
  .option('--models <address>', 'the directory that holds latest.json')
  .option('--catalog <address>', 'catalog.json')
  .option('--worker <address>', 'the worker’s file')
  .option('--vault <address>', 'the vault’s vault.html, in place of --worker')
  .option('--rules <address>', 'rules.json')
  .option(...PUBLISHER)
  .option('--leader <url>', 'of the aggregators', httpUrl)
  .option('--helper <url>', 'of the aggregators', httpUrl)
  .option('--timeout <seconds>', 'until a request is given up', wholeNumber(1, 600), 15)

export const command = defineCommand(syntax, async (options, { print }, url) => {
  const { models, catalog, worker, vault, rules, leader, helper, publisher, timeout } = options
  if ((leader === undefined) !== (helper === undefined))
    throw new NearsideError('input-invalid', '--leader and --helper go together')
  const given = {
    ...(models !== undefined && { baseModel: models }),
    ...(catalog !== undefined && { catalog }),
    ...(worker !== undefined && { worker }),
    ...(vault !== undefined && { vault }),
    ...(rules !== undefined && { rules }),
    ...(publisher !== undefined && { modelKeys: modelKeys(publisher) }),
    ...(leader !== undefined && helper !== undefined && { federation: { leader, helper } }),
  }
  const findings = await examine({ url, given, fetch, now: Date.now(), timeout: timeout * 1000 })
  for (const { level, about, text } of findings) print(`${level.padEnd(9)}${about}: ${text}`)
  const count = (level: string) => findings.filter((one) => one.level === level).length
  const [errors, warnings] = [count('error'), count('warning')]
  const result = { url, errors, warnings, findings }
  if (errors > 0) throw new NegativeResult(`${errors} errors, ${warnings} warnings`, result)
  print(`no errors, ${warnings} warnings`)
  return result
})
