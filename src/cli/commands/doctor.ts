/** @module `nearside doctor`: checks a live shop with the code that devices use. */
import { Command } from '@commander-js/extra-typings'
import { invalidInput } from '@nearside/core/error.ts'
import { defineCommand } from '../command.ts'
import { examine } from '../doctor/examine.ts'
import { conclude } from '../publish/finding.ts'
import { PUBLISHER, TIMEOUT } from '../shared.ts'
import { httpUrl } from '../values.ts'

const syntax = new Command('doctor')
  .summary('check a live shop, and report what to fix')
  .description(`Reads the page, the model, the catalog and the rules with the code that devices use. Checks policies,
hashes, signature, expiry, format, the match of catalog and model, sizes, compression, caching, access from
other origins, the worker's file or the vault, and the aggregators.

A page with the snippet of nearside publish names these files. For any other page, give their
addresses; they may be relative to the page's. Doctor sends only requests for what every visitor gets.
Exit code 1 if there is an error.`)
  .argument('<url>', 'a page of the shop', httpUrl)
  .option('--models <address>', 'address of the directory that contains latest.json')
  .option('--catalog <address>', 'address of catalog.json')
  .option('--worker <address>', 'address of the worker’s file')
  .option('--vault <address>', 'address of the vault’s vault.html, instead of --worker')
  .option('--rules <address>', 'address of rules.json')
  .option(...PUBLISHER)
  .option('--leader <url>', 'URL of the leader; needs --helper', httpUrl)
  .option('--helper <url>', 'URL of the helper', httpUrl)
  .option(...TIMEOUT, 15)

export const command = defineCommand(syntax, async (options, { print }, url) => {
  const { models, catalog, worker, vault, rules, leader, helper, publisher, timeout } = options
  if ((leader === undefined) !== (helper === undefined))
    throw invalidInput('--leader and --helper need each other: give both or neither')
  const federation = leader && helper && { leader, helper }
  const named = {
    catalog,
    worker,
    vault,
    rules,
    baseModel: models,
    modelKeys: publisher,
    federation,
  }
  const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value))
  const findings = await examine({ url, given, fetch, now: Date.now(), timeout: timeout * 1000 })
  for (const { level, about, text } of findings) print(`${level.padEnd(9)}${about}: ${text}`)
  return conclude({ url }, findings, print)
})
