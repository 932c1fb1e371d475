/** @module The terms that an operator chooses: the demo's, and what a file says otherwise. */
import { readFile } from 'node:fs/promises'
import { NearsideError } from '../../core/error.ts'
import { type PolicyParameters, parseParameters } from '../protocol/policy.ts'

/**
 * A demo's terms: 32 devices and noise of one clip norm give ε = 4.9 for one report and 11.0 for
 * four (δ = 1e-6). A shop with thousands of devices a round takes more noise and a larger goal.
 */
export const DEMO_PARAMETERS: PolicyParameters = {
  task: 'nearside-demo',
  clipNorm: 0.05,
  scale: 2 ** 20,
  noiseMultiplier: 1,
  delta: 1e-6,
  aggregationGoal: 32,
  learningRate: 0.5,
  maxParticipations: 4,
  // A minute, so that the demo can be played through; a real shop waits a day or more.
  minSeparationSeconds: 60,
  periodDays: 365,
}

/**
 * @param file JSON with any of the terms' fields
 * @param goal overrides the file's
 * @throws NearsideError `input-invalid` for a file that can't be read, an unknown field, a value out of bounds
 */
export async function readTerms(file?: string, goal?: number): Promise<PolicyParameters> {
  const chosen = file === undefined ? {} : await readJson(file)
  const unknown = Object.keys(chosen).find((name) => !(name in DEMO_PARAMETERS))
  if (unknown !== undefined)
    throw new NearsideError('input-invalid', `${file}: unknown field '${unknown}'`)
  const aggregationGoal = goal === undefined ? {} : { aggregationGoal: goal }
  return parseParameters({ ...DEMO_PARAMETERS, ...chosen, ...aggregationGoal })
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (thrown) {
    throw NearsideError.from(thrown, 'input-invalid', `${file} can’t be read as JSON`)
  }
  throw new NearsideError('input-invalid', `${file} holds no JSON object`)
}
