/** @module `nearside rules check`: shows what a shop's rules do to its catalog, before they are published. */
import { Command } from '@commander-js/extra-typings'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { defineCommand, NegativeResult } from '../command.ts'
import { ruleFindings } from '../publish/ruleFindings.ts'
import { CATALOG, MODEL, SHOP } from '../shared.ts'
import { readCatalogOption, readJsonFile } from '../shopFiles.ts'

const syntax = new Command('rules')
  .summary('check the shop’s own rules against its catalog')
  .description(`check FILE reads each rule as devices do. It prints the products that each rule matches, names and ids
that no product has, dates that are over, and rules that empty a list. Rules about offers need the model. Exit code 1 if devices would ignore a
rule, or if a rule does nothing or empties a list.`)
  .argument('<what>', 'check')
  .argument('<file>', 'rules.json')
  .option(...CATALOG)
  .option(...SHOP)
  .option(...MODEL)

export const command = defineCommand(syntax, async (options, { print }, what, file) => {
  if (what !== 'check') throw invalidInput('rules needs: check FILE')
  const catalog = Catalog.parse(await readCatalogOption('rules check', options), Date.now())
  const model = options.model === undefined ? null : await readModel(options.model)
  const findings = ruleFindings(await readJsonFile(file), catalog, model, Date.now())
  for (const { level, text } of findings) print(`${level.padEnd(9)}${text}`)
  const count = (level: string) => findings.filter((one) => one.level === level).length
  const [errors, warnings] = [count('error'), count('warning')]
  const result = { file, errors, warnings, findings }
  if (errors > 0) throw new NegativeResult(`${errors} errors, ${warnings} warnings`, result)
  print(`no errors, ${warnings} warnings`)
  return result
})
