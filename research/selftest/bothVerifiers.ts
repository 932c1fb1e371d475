/** @module Runs both verifiers on malformed and lying bundles (devices' exports). One Python process reads them all. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { MalformedBundle, parseBundle } from '@nearside/audit/bundle.ts'
import type { Reached } from '@nearside/audit/checkpoints.ts'
import type { Fault } from '@nearside/audit/finding.ts'
import type { ModelRelease } from '@nearside/audit/releases.ts'
import {
  type OptionFiles,
  parseOptions,
  type VerifyOptions,
  verifyBundle,
} from '@nearside/audit/verify.ts'
import { toBase64, toHex, utf8 } from '@nearside/core/bytes.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { createRandom, type Random } from '@nearside/core/model/random.ts'
import { mutate, mutateList } from './mutate.ts'
import { createAggregators, type Exported, reachedBy, VirtualDevice } from './virtualDevice.ts'

/**
 * Number of devices whose bundles the test changes. With few devices, the verifier in Python would find most signatures
 * in its cache and not check them.
 */
const DEVICES = 24
const STEPS = { least: 3, more: 12 }
/** A time later than every export, milliseconds since the epoch. */
const LATER = Date.UTC(2100, 0, 1)

/** Faults as `check, entry`, sorted and unique, without their wording, which differs between the verifiers. */
type Said = readonly string[]

export const inOrder = (faults: readonly Pick<Fault, 'check' | 'entry'>[]): Said =>
  [...new Set(faults.map(({ check, entry }) => `${check}, ${entry}`))].sort()

/** Verdict of both verifiers if an option names a malformed file. */
const REFUSED: Said = ['option, null']

/** Verdict of the verifier in TypeScript. If it crashes instead of reporting a fault, the comparison ends. */
export async function firstSays(
  file: string | Uint8Array,
  beside: OptionFiles = {},
): Promise<Said> {
  let options: VerifyOptions
  try {
    options = parseOptions(beside)
  } catch (error) {
    if (error instanceof NearsideError && error.code === 'input-invalid') return REFUSED
    throw error
  }
  try {
    return inOrder((await verifyBundle(parseBundle(file), options)).faults)
  } catch (error) {
    if (error instanceof MalformedBundle) return inOrder(error.faults)
    throw error
  }
}

/** A file and its companion files, as one line of JSON for `tools/verify.py --lines`. */
export const lineOf = (file: Uint8Array, { key, earlier, releases, reports }: OptionFiles) => ({
  ...{ bundle: toBase64(file), key },
  earlier: earlier && toBase64(earlier),
  releases: releases && toBase64(releases),
  reports: reports?.map(toBase64),
})

/** Starts the verifier in Python, `script`. Each line of its input is JSON with the content of one log file. */
export function openSecond(script: string) {
  const python = spawn('python3', [script, '--lines'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]()
  const failed = once(python, 'error').then(([cause]) => {
    throw invalidInput('python3 could not be started: install it', cause)
  })
  failed.catch(() => {})
  // A write error is ignored, because reading the output shows whether the process ended early.
  python.stdin.on('error', () => {})
  return {
    async says(file: Uint8Array, beside: OptionFiles = {}): Promise<Said> {
      python.stdin.write(`${JSON.stringify(lineOf(file, beside))}\n`)
      const { value, done } = await Promise.race([lines.next(), failed])
      if (done) throw invalidInput('The verifier in Python ended early')
      return inOrder(JSON.parse(value).faults)
    },
    close: () => void python.stdin.end(),
  }
}

/** A bundle, and files that an auditor may have in addition. */
interface Clean {
  readonly exported: Exported
  readonly earlier: Exported
  readonly releases: readonly ModelRelease[]
}

const manifestBy = (random: Random) =>
  toHex(Uint8Array.from({ length: 32 }, () => random.integer(256)))

/** @returns the devices' bundles, and the helper's lists of the devices' reports */
async function liveAll(random: Random) {
  const clean: Clean[] = []
  const lists: Reached[] = []
  for (const relayed of [false, true]) {
    const aggregators = await createAggregators({ relayed })
    for (let made = 0; made < DEVICES / 2; made++) {
      const device = new VirtualDevice(aggregators, random)
      const releases = [1, 2, 3].map((release) => ({ release, manifest: manifestBy(random) }))
      const before = [device.agree, device.fit, device.send, device.send]
      // Of four devices, three contribute, because most checks concern reports.
      if (made % 4 > 0) for (const step of before) await step.call(device)
      for (const { release, manifest } of releases) await device.adopt(manifest, release)
      const earlier = await device.export()
      const exported = await device.live(STEPS.least + random.integer(STEPS.more))
      clean.push({ exported, earlier, releases })
    }
    lists.push(...(await reachedBy(aggregators, random.integer(2) * LATER)))
  }
  return { clean, lists }
}

/**
 * Files for an auditor's options. In half of the cases no option names a file. In the other half some options name a
 * file, which is sometimes malformed or belongs to another device.
 */
async function besideBy(
  random: Random,
  { exported, earlier, releases }: Clean,
  other: Clean,
  lists: readonly Reached[],
): Promise<OptionFiles> {
  const draw = <T>(drawn: T): T | undefined => (random.integer(3) === 0 ? drawn : undefined)
  const isOften = () => random.integer(4) > 0
  const list = (plain: unknown) =>
    isOften() ? utf8(JSON.stringify(plain)) : mutateList(plain, random)
  if (random.integer(2) === 0) return {}
  const from = isOften() ? earlier : other.earlier
  const few = lists.filter(() => random.integer(lists.length) < 2)
  return {
    key: draw((isOften() ? exported : other.exported).signer.key),
    earlier: draw(isOften() ? utf8(from.text) : await mutate(from, random)),
    releases: draw(
      list({ releases: random.integer(2) === 0 ? releases : other.releases.slice(1) }),
    ),
    reports: draw(few.map(list)),
  }
}

/** @returns number of files by verdict, and each file on which the verifiers differ */
export async function compareVerifiers(
  script: string,
  count: number,
  seed: number,
  onProgress: (done: number) => void,
) {
  const random = createRandom(seed)
  const { clean, lists } = await liveAll(random)
  const any = () => clean[random.integer(clean.length)]
  const second = openSecond(script)
  const result = { refused: 0, malformed: 0, faulty: 0, clean: 0 }
  const checks = new Map<string, number>()
  const different: { file: Uint8Array; beside: OptionFiles; first: Said; second: Said }[] = []
  try {
    for (let done = 1; done <= count; done++) {
      const one = any()
      const file = await mutate(one.exported, random)
      const beside = await besideBy(random, one, any(), lists)
      const said = await Promise.all([firstSays(file, beside), second.says(file, beside)])
      const [first, other] = said
      if (first.join() !== other.join()) different.push({ file, beside, first, second: other })
      if (first.length === 0) result.clean++
      else if (first === REFUSED) result.refused++
      else if (first[0].startsWith('format')) result.malformed++
      else result.faulty++
      for (const check of new Set(first.map((fault) => fault.split(',')[0])))
        checks.set(check, (checks.get(check) ?? 0) + 1)
      onProgress(done)
    }
  } finally {
    second.close()
  }
  return { ...result, compared: count, checks: Object.fromEntries(checks), different }
}
