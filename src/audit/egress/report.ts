/** @module Report on which data left a shop: its content, its signature, and its form for people. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { verify } from '@nearside/aggregate/privacy/signature.ts'
import { concat, utf8 } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import type { Outcome } from './order.ts'
import { listOf } from './twoShoppers.ts'

/** Fewest planted leaks that the search must find to be credible. */
const LEAST_LEAKS = 30

interface EgressReport extends Outcome {
  readonly format: 'nearside egress v1'
  readonly url: string
  readonly vault?: string
  /** Time of the report, ISO 8601. */
  readonly made: string
  readonly idle: number
  /** Channels to other servers that stay open under the shop's own policy. */
  readonly open: readonly string[]
  /** Channels through which nothing left even without a policy; the proof says nothing about them. */
  readonly untried: readonly string[]
  readonly leaks: {
    readonly planted: number
    readonly found: number
    readonly missed: readonly string[]
  }
  /**
   * Reasons why the proof fails: leaks of the shop, or planted leaks that the search missed; empty if the proof holds.
   */
  readonly faults: readonly string[]
  readonly limits: readonly string[]
}

const LIMITS = [
  'The report shows what left this browser during the proof, with the code that the shop served then. It doesn’t show what the shop serves to others or later.',
  'The proof ignores times: the moment of a request could carry a message to somebody who agreed on a code beforehand. Once the shop has loaded, the proof compares which requests two shoppers make, how often, and in which order among requests for one kind of resource. While the shop loads, the proof compares only the files. Up to four comparisons are made; one without a difference is enough. If both made the same requests, another number or order counts only if all comparisons show it. So a channel passes if it stays silent during a whole comparison, or repeats or turns other requests each time.',
  'The proof compares two shoppers only: it misses a request that depends on an action that neither took.',
  'A cipher, or an encoding that isn’t listed, hides a mark, but the data still has to go somewhere. The report leaves out only requests for declared files of the shop whose headers have the names, order and values of a blank page’s requests in the same browser, and only ETags that the shop’s server gave.',
  'The signature shows that nobody changed the report since. It shows who made the report only if you know the key.',
]

const LOG_LIMIT =
  'The report rests on Chromium’s own network log instead of packets. The log lacks names that only WebRTC or a resource hint requests.'

export function createReport(
  outcome: Outcome,
  { url, vault, idle, made }: Pick<EgressReport, 'url' | 'vault' | 'idle' | 'made'>,
): EgressReport {
  const { probes, shoppers, difference } = outcome
  const named = (some: Outcome['probes']) => some.map(({ name, where }) => `${name} (${where})`)
  const channels = probes.filter(({ kind }) => kind === 'channel')
  const open = named(channels.filter(({ policed }) => policed === 'found'))
  const untried = named(channels.filter(({ lifted }) => lifted !== 'found'))
  // Channels that this browser doesn't have are left out: their probes plant no leak.
  const planted = probes.filter(
    ({ kind, lifted }) => lifted === 'found' || (kind === 'planted' && lifted === 'nothing'),
  )
  const missed = named(planted.filter(({ lifted }) => lifted !== 'found'))
  const found = planted.length - missed.length
  const withheld = probes.filter(
    ({ lifted, policed }) => lifted === 'found' && policed === 'no worker',
  ).length
  const findings = shoppers.flatMap((one) => one.findings).length
  const apart = listOf(difference).length
  const marked = shoppers.reduce((sum, { marks }) => sum + marks.found, 0)
  const limits = [...(outcome.method === 'log' ? [LOG_LIMIT] : []), ...LIMITS]
  const faults = [
    ...(findings > 0 ? [`${findings} unexplained in what left`] : []),
    ...(apart > 0 ? [`${apart} requests tell two shoppers apart`] : []),
    ...(marked > 0 ? [`${marked} marks of the shoppers’ data in what left`] : []),
    ...(open.length > 0 ? [`open channels to other servers: ${open.join(', ')}`] : []),
    ...(withheld > 0
      ? [`${withheld} channels could not be tried under the policy, because no worker started`]
      : []),
    ...(missed.length > 0 ? [`planted leaks not found: ${missed.join(', ')}`] : []),
    ...(found < LEAST_LEAKS ? [`only ${found} planted leaks were found`] : []),
    ...shoppers.flatMap(({ marks: { held, planted: all } }) =>
      held !== null && held < all ? [`the device holds ${held} of ${all} marks`] : [],
    ),
  ]
  return {
    ...{ format: 'nearside egress v1', url, ...(vault && { vault }), made, idle },
    ...{ ...outcome, open, untried },
    ...{ leaks: { planted: planted.length, found, missed }, faults, limits },
  }
}

export interface SignedReport {
  readonly report: EgressReport
  /** Ed25519 public key, 32 bytes, base64. */
  readonly key: string
  /** Base64 signature over `"nearside egress v1"` ‖ 0x00 ‖ the report as canonical JSON (RFC 8785). */
  readonly signature: string
}

const message = (report: EgressReport) =>
  concat(utf8('nearside egress v1\0'), utf8(canonicalJson(report)))

/** @param pem private key: PKCS #8, Ed25519; default: a new key for this report */
export function signReport(report: EgressReport, pem?: string): SignedReport {
  const key = pem ? createPrivateKey(pem) : generateKeyPairSync('ed25519').privateKey
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return {
    report,
    key: Buffer.from(x, 'base64url').toString('base64'),
    signature: sign(null, message(report), key).toString('base64'),
  }
}

export const isUnchanged = ({ report, key, signature }: SignedReport): Promise<boolean> =>
  verify(Buffer.from(key, 'base64'), signature, message(report))

export function describeReport({ report, key, signature }: SignedReport): string {
  const { shoppers, difference, leaks, probes, open, untried, faults, idle } = report
  const findings = shoppers.flatMap((one) => one.findings)
  const each = (of: (one: (typeof shoppers)[number]) => number | string) =>
    shoppers.map(of).join(', ')
  const channels = probes.filter(({ kind }) => kind === 'channel').length
  const said = { found: 'found', nothing: 'not available', 'no worker': 'no worker' }
  const shut = { ...said, nothing: 'blocked' }
  const rows = probes.map(
    ({ name, where, kind, lifted, policed }) =>
      `| ${name} | ${where} | ${kind === 'channel' ? 'another server' : 'the shop'} | ${said[lifted]} | ${lifted === 'found' ? shut[policed] : said[policed]} |`,
  )
  const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join('\n')
  const apart = listOf(difference)
  return [
    `# What leaves ${report.url}${report.vault ? ` and its vault, ${report.vault}` : ''}`,
    `${report.made}, ${report.browser}, ${report.method === 'log' ? 'by its own network log' : 'all packets of a network namespace'}. ${faults.length === 0 ? 'Nothing unexplained was found.' : 'This does not hold:'}`,
    ...(faults.length > 0 ? [list(faults)] : []),
    [
      '| | |',
      '| --- | --- |',
      `| events of two shoppers${shoppers.length > 2 ? `, ${shoppers.length / 2} times` : ''} | ${each(({ events }) => events)} |`,
      `| seconds at rest, each, half of them offline | ${idle} |`,
      `| requests to the shop, of ${report.declared} declared paths | ${each(({ requests }) => requests)} |`,
      `| bytes that left, headers included | ${each(({ bytes }) => bytes)} |`,
      `| questions for names, ${report.browserNames.length ? `those of the browser itself (${report.browserNames.join(', ')}) included` : 'none of the browser itself'} | ${each(({ questions }) => questions)} |`,
      `| **unexplained** | **${findings.length}** |`,
      `| **requests that tell the two apart** | **${apart.length}** |`,
      `| marks in a shopper’s data, held by the device, **found in what left** | ${each(({ marks }) => `${marks.planted}, ${marks.held ?? 'not asked'}, **${marks.found}**`)} |`,
      `| channels to other servers tried, **open** | ${channels - untried.length}, **${open.length}** |`,
      `| leaks planted with the policy lifted, **found** | ${leaks.planted}, **${leaks.found}** |`,
    ].join('\n'),
    ...(findings.length > 0
      ? [
          '## Unexplained',
          [
            '| time | to | what | bytes | why |',
            '| --- | --- | --- | --- | --- |',
            ...findings
              .slice(0, 100)
              .map(
                (one) =>
                  `| ${new Date(one.time).toISOString()} | ${one.to} | \`${one.what.replaceAll('|', '\\|').slice(0, 200)}\` | ${one.bytes} | ${one.reasons.join(', ')} |`,
              ),
          ].join('\n'),
        ]
      : []),
    ...(apart.length > 0 ? ['## What tells two shoppers apart', list(apart)] : []),
    '## Ways out',
    'Each leak was tried twice: with the shop’s policy lifted, where the capture has to find it, and under the policy, which may block it. A shop’s code can always send to its own server; such leaks count as found when the capture shows them.',
    [
      '| leak | tried in | goes to | policy lifted | under the policy |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
    ...(untried.length > 0
      ? [
          `Nothing left through these even without a policy, so nothing is known of them: ${untried.join(', ')}.`,
        ]
      : []),
    '## What this doesn’t show',
    list(report.limits),
    `Key ${key}, signature ${signature}.`,
  ].join('\n\n')
}
