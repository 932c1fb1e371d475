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
import { invalidInput } from '@nearside/core/error.ts'
import { defineCommand, NegativeResult, requireFolder } from '../command.ts'
import { MARKDOWN } from '../shared.ts'
import { httpUrl, wholeNumber } from '../values.ts'

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`)
const CHANNELS = PROBES.filter(({ kind }) => kind === 'channel').length
/** Number of marks (texts by which leaks are recognised) of each of the five kinds. */
const MARKS = 200

const syntax = new Command('prove-egress')
  .summary('prove from outside the browser what leaves a shop’s page')
  .description(`Starts Chromium in a network namespace that reaches only the shop, and captures every packet. A
simulated shopper searches, clicks, learns and rests; a second one does something else. Each packet is
then explained or reported: a request must equal a blank page's in names, order and values of headers,
and both shoppers must cause the same requests, equally often and in the same order.

It searches all bytes for 1,000 marks of the shopper's data, in base64, hex, gzip and other encodings, up to
three nested. It tries ${CHANNELS} channels to other servers under the shop's own policy. With the policy
lifted, it plants leaks and must find each of them. Exit code 1 if anything is unexplained, open or missed.

Needs Linux, root, Chromium, playwright-core, iproute2 and tcpdump (for https also openssl).
--without-root reads Chromium’s own network log instead. That log is the browser’s own account, and lacks
host names that only WebRTC or a browser hint looks up. NEARSIDE_CHROMIUM names a Chromium to use instead
of the system's.
--json writes the signed report; --check FILE checks one.`)
  .argument('[url]', 'the shop’s home page', httpUrl, 'http://localhost:8790/')
  .option('--vault <url>', 'the shop’s vault, if it has another origin', httpUrl)
  .option('--events <n>', 'number of events of the shopper', wholeNumber(1, 1_000_000), 10_000)
  .option('--idle <seconds>', 'seconds of rest, half of them offline', wholeNumber(0, 86_400), 600)
  .option('--script <file>', 'module that exports `shop`, the actions of the shopper')
  .option(
    '--declare <file>',
    'file of the paths that the shop requests, one per line (default: those of a first visit)',
  )
  .option('--marks <file>', 'JSON file of marks in the shop’s catalog')
  .option('--key <file>', 'Ed25519 key (PEM) that signs the report (default: a new key)')
  .option(...MARKDOWN)
  .option('--without-root', 'read the browser’s own network log, which sees less')
  .option('--check <file>', 'only check the signature of this report')

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
    throw invalidInput('no Chromium was found: set NEARSIDE_CHROMIUM to its path')
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
