/** @module Runs this verifier and the one in Python, in one process for all files, on malformed and lying bundles. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { toBase64 } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import { createRandom } from '../../core/model/random.ts'
import { MalformedBundle, parseBundle } from '../bundle.ts'
import type { Fault } from '../finding.ts'
import { verifyBundle } from '../verify.ts'
import { mutate } from './mutate.ts'
import { createAggregators, type Exported, VirtualDevice } from './virtualDevice.ts'

/** Devices whose bundles are changed; few, so that most signatures are checked once. */
const DEVICES = 24
const STEPS = { least: 3, more: 12 }

/** Faults as `check, entry` in order, each once: words are each verifier's own. */
type Said = readonly string[]

export const inOrder = (faults: readonly Pick<Fault, 'check' | 'entry'>[]): Said =>
  [...new Set(faults.map(({ check, entry }) => `${check}, ${entry}`))].sort()

/** A verifier must find a fault, never fail: whatever else is thrown ends the comparison. */
export async function firstSays(file: string | Uint8Array): Promise<Said> {
  try {
    return inOrder((await verifyBundle(parseBundle(file))).faults)
  } catch (error) {
    if (error instanceof MalformedBundle) return inOrder(error.faults)
    throw error
  }
}

/** The verifier in Python, which reads a file a line. @param script path of `tools/verify.py` */
export function openSecond(script: string) {
  const python = spawn('python3', [script, '--lines'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]()
  const failed = once(python, 'error').then(([cause]) => {
    throw new NearsideError('input-invalid', 'python3 could not be started', { cause })
  })
  failed.catch(() => {})
  // A process that ended early shows by its output.
  python.stdin.on('error', () => {})
  return {
    async says(file: Uint8Array): Promise<Said> {
      python.stdin.write(`${toBase64(file)}\n`)
      const { value, done } = await Promise.race([lines.next(), failed])
      if (done) throw new NearsideError('input-invalid', 'The verifier in Python ended early')
      return inOrder(JSON.parse(value).faults)
    },
    close: () => void python.stdin.end(),
  }
}

/** @returns how many files each verdict was given of, and each file of which the two differ */
export async function compareVerifiers(
  script: string,
  count: number,
  seed: number,
  onProgress: (done: number) => void,
) {
  const random = createRandom(seed)
  const aggregators = await createAggregators()
  const clean: Exported[] = []
  while (clean.length < DEVICES) {
    const device = new VirtualDevice(aggregators, random)
    // Most checks are about what was sent.
    if (clean.length % 4 > 0)
      for (const step of [device.agree, device.fit, device.send, device.send])
        await step.call(device)
    clean.push(await device.live(STEPS.least + random.integer(STEPS.more)))
  }
  const second = openSecond(script)
  const result = { malformed: 0, faulty: 0, clean: 0 }
  const checks = new Map<string, number>()
  const different: { file: Uint8Array; first: Said; second: Said }[] = []
  try {
    for (let done = 1; done <= count; done++) {
      const file = await mutate(clean[random.integer(clean.length)], random)
      const [one, other] = await Promise.all([firstSays(file), second.says(file)])
      if (one.join() !== other.join()) different.push({ file, first: one, second: other })
      if (one.length === 0) result.clean++
      else if (one[0].startsWith('format')) result.malformed++
      else result.faulty++
      for (const check of new Set(one.map((said) => said.split(',')[0])))
        checks.set(check, (checks.get(check) ?? 0) + 1)
      onProgress(done)
    }
  } finally {
    second.close()
  }
  return { ...result, compared: count, checks: Object.fromEntries(checks), different }
}
