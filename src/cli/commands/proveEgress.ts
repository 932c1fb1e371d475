/** @module `nearside prove-egress`: observes from outside the browser what leaves a shop's page. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { type Marks, makeMarks } from '@nearside/audit/egress/marks.ts'
import { PROBES } from '@nearside/audit/egress/probes.ts'
import { prove } from '@nearside/audit/egress/prove.ts'
import {
  createReport,
  describeReport,
  isUnchanged,
  type SignedReport,
  signReport,
} from '@nearside/audit/egress/report.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { defineCommand, NegativeResult } from '../command.ts'
import { requireFolder } from '../output.ts'
import { MARKDOWN } from '../shared.ts'
import { httpUrl, wholeNumber } from '../values.ts'

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`)
const CHANNELS = PROBES.filter(({ kind }) => kind === 'channel').length
/** Number of marks of each of five kinds. */
const MARKS = 200

const syntax = new Command('prove-egress')
  .summary('proves from outside the browser what leaves a shop’s page')
  .description(`Starts Chromium in a network namespace that leads nowhere but to the shop, captures every packet,
and lets a shopper search, click, learn and rest, then another one who does something else. Then it explains
each packet, or says that it can't: each request must look like a blank page's, in names, order and values of
headers, and what the two ask for, how often and in which order must be the same. It searches all bytes for 1,000 marks of the shopper's data, in base64, hex, gzip and other spellings, three
over one another; tries ${CHANNELS} channels to other servers under the shop's own policy; and plants leaks with
the policy lifted, each of which it has to find. Exit code 1 where anything is unexplained, open or missed.

Needs Linux, root, Chromium, playwright-core, iproute2 and tcpdump (for https also openssl).
--without-root reads Chromium’s own network log instead: that is the browser’s word, and leaves out names
that only WebRTC or a hint to the browser asks for. NEARSIDE_CHROMIUM names another Chromium than the system's.
--json writes the signed report, --check FILE checks one.`)
  .argument('[url]', 'the shop’s home page', httpUrl, 'http://localhost:8790/')
  .option('--vault <url>', 'the shop’s vault, where it is at another origin', httpUrl)
  .option('--events <n>', 'of the shopper', wholeNumber(1, 1_000_000), 10_000)
  .option('--idle <seconds>', 'at rest, half of it offline', wholeNumber(0, 86_400), 600)
  .option('--script <file>', 'a module that exports `shop`, what the shopper does')
  .option(
    '--declare <file>',
    'paths that the shop asks for, one a line; else those of a first visit',
  )
  .option('--marks <file>', 'marks that the shop’s catalog holds, as JSON')
  .option('--key <file>', 'Ed25519 key in PEM to sign with; else one is made for the report')
  .option(...MARKDOWN)
  .option('--without-root', 'by the browser’s own network log, which sees less')
  .option('--check <file>', 'check the signature of a report, and nothing else')

export const command = defineCommand(syntax, async (options, { print, signal }, url) => {
  const { events, idle, markdown, vault } = options
  if (options.check !== undefined) return check(options.check, print)
  await requireFolder('markdown', markdown)
  const read = (file: string | undefined) => file && readFile(file, 'utf8')
  const [pem, declared, given] = await Promise.all(
    [options.key, options.declare, options.marks].map(read),
  )
  const { env } = process
  const browser = env.NEARSIDE_CHROMIUM ?? BROWSERS.find((path) => existsSync(path))
  if (browser === undefined)
    throw new NearsideError('input-invalid', 'no Chromium: name one by NEARSIDE_CHROMIUM')
  const marks = given ? (JSON.parse(given) as Marks) : makeMarks(MARKS, Math.random, Date.now())
  const order = {
    ...{ url, vault, events, idle, marks, browser },
    method: options.withoutRoot ? ('log' as const) : ('capture' as const),
    script: options.script && resolve(options.script),
    declared: declared?.split('\n').filter(Boolean),
  }
  const outcome = await prove(order, print, signal)
  const made = new Date().toISOString()
  const signed = signReport(createReport(outcome, { url, vault, idle, made }), pem)
  const text = describeReport(signed)
  if (markdown === undefined) print(text)
  else await writeFile(markdown, `${text}\n`)
  const { faults } = signed.report
  if (faults.length > 0) throw new NegativeResult(faults.join('; '), signed)
  return signed
})

async function check(file: string, print: (line: string) => void) {
  const signed = JSON.parse(await readFile(file, 'utf8')) as SignedReport
  if (!(await isUnchanged(signed)))
    throw new NegativeResult(`${file} was changed since it was signed`, { ok: false })
  print(`unchanged since it was signed, by ${signed.key}`)
  return { ok: true, key: signed.key }
}
