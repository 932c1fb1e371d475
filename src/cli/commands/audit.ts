/** @module `nearside audit`: checks a device's export, explains it in words, and tests the check on altered logs. */
import { readFile } from 'node:fs/promises'
import { Command } from '@commander-js/extra-typings'
import { type Bundle, MalformedBundle, parseBundle } from '@nearside/audit/bundle.ts'
import { explain } from '@nearside/audit/explain.ts'
import type { Fault } from '@nearside/audit/finding.ts'
import { type Audit, parseOptions, verifyBundle } from '@nearside/audit/verify.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { compareVerifiers, lineOf } from '@nearside/research/selftest/bothVerifiers.ts'
import { runSelftest } from '@nearside/research/selftest/selftest.ts'
import { readHashed } from '@nearside/train/models/read.ts'
import { type CommandContext, defineCommand, NegativeResult } from '../command.ts'
import { SEED } from '../shared.ts'
import { wholeNumber } from '../values.ts'

const syntax = new Command('audit')
  .summary('check the log that a shopper’s device exported')
  .description(`verify BUNDLE checks the format, the hash chain, its signatures and its end, a consent before each
upload, norms and ε, receipts and fits. It also checks that the id of each report fixes the log before
it, and remakes each stored report bit for bit. Exit code 0 if everything holds, else 1; each fault
names its entry.

explain BUNDLE prints the same in words, for readers without a technical background.

selftest creates logs of devices, alters a copy of each, and reports how many altered logs it found.
With --against, it compares this verifier with the one in Python on --count malformed and false logs.

A log that passes is consistent, and nobody changed it since a browser wrote it. It can’t show
that the shop’s page ran honest code: see docs/PRIVACY.md.`)
  .argument('<what>', 'verify, explain or selftest')
  .argument('[bundle]', 'file that “Export my data” wrote')
  .option('--key <key>', 'verify, explain: the log’s public key, if you have it from elsewhere')
  .option('--earlier <bundle>', 'verify, explain: an earlier export of the same browser')
  .option(
    '--model <dir>',
    'verify, explain: directory of base models, to recompute the updates from the events',
  )
  .option('--catalog <file>', 'verify, explain: the shop’s catalog, a JSON array; needs --model')
  .option(
    '--releases <file>',
    'verify, explain: saved answer of the helper’s /v1/models, to compare the models',
  )
  .option(
    '--reports <files...>',
    'verify, explain: saved answers of the helper’s /v1/rounds/N/reports, to find removed entries',
  )
  .option('--allow-unsigned', 'verify, explain: accept the log of a browser without Ed25519')
  .option(
    '--count <n>',
    'selftest: number of clean logs, and of altered logs',
    wholeNumber(1, 100_000),
    1000,
  )
  .option('--against <verify.py>', 'selftest: compare with this verifier in Python instead')
  .option(...SEED)

export const command = defineCommand(syntax, async (options, context, what, bundle) => {
  if (what === 'selftest' && options.against !== undefined)
    return compare(options.against, options, context)
  if (what === 'selftest') return selftest(options, context)
  if (what !== 'verify' && what !== 'explain')
    throw invalidInput('audit needs one of: verify, explain, selftest')
  if (bundle === undefined) throw invalidInput(`audit ${what} needs a bundle`)
  const shop = await readShopFiles(options)
  const others = parseOptions({
    ...{ key: options.key, allowUnsigned: options.allowUnsigned },
    earlier: options.earlier === undefined ? undefined : await readFile(options.earlier),
    releases: options.releases === undefined ? undefined : await readFile(options.releases),
    reports: options.reports && (await Promise.all(options.reports.map((file) => readFile(file)))),
  })
  const file = await readFile(bundle)
  let parsed: Bundle
  try {
    parsed = parseBundle(file)
  } catch (error) {
    if (!(error instanceof MalformedBundle)) throw error
    const { faults } = error
    for (const line of linesOf(faults)) context.print(line)
    throw faultsIn(bundle, { ok: false, faults })
  }
  const audit = await verifyBundle(parsed, { ...others, shop })
  const lines = what === 'explain' ? explain(parsed, audit) : summary(audit)
  for (const line of lines) context.print(line)
  if (audit.ok) return audit
  throw faultsIn(bundle, audit)
})

function faultsIn(
  file: string,
  result: { readonly ok: boolean; readonly faults: readonly Fault[] },
): NegativeResult {
  const { length } = result.faults
  return new NegativeResult(`${length} fault${length === 1 ? '' : 's'} in ${file}`, result)
}

const linesOf = (faults: readonly Fault[]) =>
  faults.map(({ check, entry, message }) =>
    entry === null ? `FAULT ${check}: ${message}` : `FAULT ${check}, No. ${entry}: ${message}`,
  )

/** @throws NearsideError `input-invalid` if only one of --model and --catalog is given */
async function readShopFiles(given: { readonly model?: string; readonly catalog?: string }) {
  if (given.model === undefined && given.catalog === undefined) return undefined
  if (given.model === undefined || given.catalog === undefined)
    throw invalidInput('--model and --catalog need each other: give both or neither')
  const catalog = Catalog.parse(JSON.parse(await readFile(given.catalog, 'utf8')))
  return { ...(await readHashed(given.model)), catalog }
}

function summary(audit: Audit): string[] {
  const { entries, signed, key, follow, epsilon, epsilonZeroOut } = audit
  return [
    ...linesOf(audit.faults),
    ...audit.notes.map((note) => `note: ${note}`),
    `entries   ${entries}, ${signed} of them signed${key === null ? '' : ` by ${key}`}`,
    `uploads   ${audit.uploads}, ${audit.bytesSent} bytes; ${audit.receipts} receipts`,
    `reports   ${audit.reports}; ${audit.remade} made again, the same to the bit; ${audit.fixed} fix the log before them; ε = ${epsilon.toPrecision(6)} by substitution, ${epsilonZeroOut.toPrecision(6)} by zero-out`,
    ...(follow === null ? [] : [`updates   ${follow} follow from the events`]),
    `fits      ${audit.fits} opened`,
    ...(audit.witnessed === null ? [] : [`helper    got ${audit.witnessed} of these reports`]),
    ...(audit.models === null ? [] : [`models    ${audit.models} as the helper has signed them`]),
    ...(audit.ok
      ? [signed > 0 ? 'ok: all checks hold' : 'unsigned: it agrees with itself, and shows no more']
      : []),
  ]
}

async function selftest(
  { count, seed }: ReturnType<typeof syntax.opts>,
  { print, progress }: CommandContext,
) {
  const result = await runSelftest(count, seed, (done) => progress.update('selftest', done, count))
  for (const { kind, tampered, found } of result.kinds) print(`${kind}: ${found} of ${tampered}`)
  print(`found ${result.found} of ${result.tampered} changed logs`)
  print(`${result.falseAlarms} false alarms in ${result.clean} clean ones`)
  if (result.found === result.tampered && result.falseAlarms === 0) return result
  throw new NegativeResult(
    'the verifier missed an altered log, or found a fault in a clean one',
    result,
  )
}

async function compare(
  script: string,
  { count, seed }: ReturnType<typeof syntax.opts>,
  { print, progress }: CommandContext,
) {
  const { different, ...result } = await compareVerifiers(script, count, seed, (done) =>
    progress.update('selftest', done, count),
  )
  print(
    `${result.compared} files: ${result.refused} beside a malformed option, ${result.malformed} malformed, ${result.faulty} with another fault, ${result.clean} without one`,
  )
  for (const [check, files] of Object.entries(result.checks)) print(`${check}: ${files} files`)
  print(`${different.length} files on which the two verifiers differ`)
  if (different.length === 0) return result
  // The user can pass each `line` to the Python verifier again, with --lines.
  const lines = different.map(({ file, beside, ...said }) => ({
    ...said,
    line: lineOf(file, beside),
  }))
  throw new NegativeResult('the two verifiers differ', { ...result, different: lines })
}
