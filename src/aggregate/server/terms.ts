/** @module Reads the terms that an operator chooses: the demo's terms, or the terms in a file. */
import { NearsideError } from '@nearside/core/error.ts'
import { costOf } from '../privacy/gaussianAccountant.ts'
import { beyondLimits } from '../protocol/beyondLimits.ts'
import { DEMO_PARAMETERS } from '../protocol/demoParameters.ts'
import { DEMONSTRATION_LIMITS, DEVICE_LIMITS } from '../protocol/deviceLimits.ts'
import { type PolicyParameters, parseParameters } from '../protocol/policy.ts'
import { modulusOf } from '../protocol/token.ts'

const OPTIONAL = ['issuer', 'countShare']

/**
 * @param file JSON file with all terms (`issuer` and `countShare` are optional), or `demo` for the demo's terms
 * @param goal replaces the file's `aggregationGoal`
 * @throws NearsideError `input-invalid` for a file that can't be read, lacks a field or has an unknown field;
 * `policy-mismatch` for a value out of bounds
 */
export async function readTerms(file: string, goal?: number): Promise<PolicyParameters> {
  const written = file === 'demo' ? DEMO_PARAMETERS : await readJson(file)
  const chosen = { ...written, ...(goal === undefined ? {} : { aggregationGoal: goal }) }
  const unknown = Object.keys(chosen).find(
    (name) => !OPTIONAL.includes(name) && !(name in DEMO_PARAMETERS),
  )
  if (unknown !== undefined)
    throw new NearsideError('input-invalid', `${file}: unknown field '${unknown}'`)
  const missing = Object.keys(DEMO_PARAMETERS).filter((name) => !(name in chosen))
  if (missing.length > 0)
    throw new NearsideError('input-invalid', `${file} lacks ${missing.join(', ')}`)
  const terms = parseParameters(chosen)
  if (terms.issuer) modulusOf(terms.issuer.key)
  return terms
}

/** Privacy cost of these terms for a shopper, in one line: ε by substitution, then by zero-out (see `costOf`). */
export function describeCost(terms: PolicyParameters): string {
  const { report, year, reports, zeroOut } = costOf(terms)
  const both = (substituted: number, zeroed: number) =>
    `ε = ${substituted.toFixed(2)} (zero-out ${zeroed.toFixed(2)})`
  return `terms ${terms.task}: ${both(report, zeroOut.report)} for one report, ${both(year, zeroOut.year)} for the ${reports} of a year (δ = ${terms.delta}, the noise of one aggregator)`
}

/**
 * Reason, in one line, why all devices refuse these terms, or all except those of a demonstration; null if all devices
 * accept the terms.
 */
export function describeRefusal(terms: PolicyParameters): string | null {
  const refused = beyondLimits(terms, DEVICE_LIMITS)
  if (refused === null) return null
  const who = beyondLimits(terms, DEMONSTRATION_LIMITS) === null ? 'but for a demonstration' : 'all'
  return `DEVICES REFUSE THESE TERMS (${who}): ${refused}`
}

export function describeSenders({ issuer }: PolicyParameters): string {
  if (issuer === undefined) return 'anybody may send: the terms name no issuer of tokens'
  return issuer.kind === 'account'
    ? 'a report needs a token of the shop’s own server'
    : `a report needs a token, which costs work of ${issuer.bits} bits`
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>>> {
  // `node:fs` is imported only here, because tests in a browser import this module for its other functions.
  const { readFile } = await import('node:fs/promises')
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (thrown) {
    throw NearsideError.from(thrown, 'input-invalid', `${file} can’t be read as JSON`)
  }
  throw new NearsideError('input-invalid', `${file} is not a JSON object`)
}
