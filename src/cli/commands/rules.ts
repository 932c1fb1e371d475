/**
 * @module `nearside rules`: shows what a shop's rules do to its catalog, before they are published (`check`), and signs
 * their file (`sign`).
 */
import { Command } from '@commander-js/extra-typings'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { defineCommand } from '../command.ts'
import { conclude } from '../publish/finding.ts'
import { ruleFindings } from '../publish/ruleFindings.ts'
import { CATALOG, MODEL, SHOP } from '../shared.ts'
import { readCatalogOption, readJsonFile } from '../shopFiles.ts'
import { DAYS, KEY, openRulesSigner } from '../signing.ts'
import { readRulesFile, writeRulesFile } from '../studio/rulesFile.ts'

const syntax = new Command('rules')
  .summary('check the shop’s own rules against its catalog, or sign them')
  .description(`check FILE reads each rule as devices do. It prints the products that each rule matches, names and ids
that no product has, dates that are over, and rules that empty a list. Rules about offers need the model. Exit code 1 if devices would ignore a
rule, or if a rule does nothing or empties a list.

sign FILE signs the rules by --key, for devices of a shop with signed models. It replaces FILE. Sign again after each
change and before the signature expires.`)
  .argument('<what>', 'check or sign')
  .argument('<file>', 'rules.json')
  .option(...CATALOG)
  .option(...SHOP)
  .option(...MODEL)
  .option(...KEY)
  .option(...DAYS)

export const command = defineCommand(syntax, async (options, { print }, what, file) => {
  if (what === 'sign') {
    const sign = await openRulesSigner(options)
    if (!sign) throw invalidInput('rules sign needs --key')
    const { rules, version } = await readRulesFile(file)
    await writeRulesFile(file, rules, version, sign)
    print(`${file} is signed for ${options.days} days; nearside publish takes it to the shop`)
    return { file }
  }
  if (what !== 'check') throw invalidInput('rules needs: check FILE or sign FILE')
  const catalog = Catalog.parse(await readCatalogOption('rules check', options), Date.now())
  const model = options.model === undefined ? null : await readModel(options.model)
  const findings = ruleFindings(await readJsonFile(file), catalog, model, Date.now())
  for (const { level, text } of findings) print(`${level.padEnd(9)}${text}`)
  return conclude({ file }, findings, print)
})
