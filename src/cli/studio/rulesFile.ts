/** @module Reads the shop's file of rules for the studio, and replaces it, completely or not at all. */
import { readFile, realpath } from 'node:fs/promises'
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import { readJson } from '@nearside/core/reading.ts'
import { parseRules } from '@nearside/core/rules/parseRules.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { placeFile } from '../publish/place.ts'
import type { SignRules } from '../signing.ts'

/**
 * Reads the file. `version` is its SHA-256, empty if there is no file yet; `content` is an array of rules, or an object
 * with further fields.
 * @throws NearsideError `rules-invalid` if devices would ignore a rule of the file; `input-invalid` if it isn't JSON
 */
export async function readRulesFile(file: string) {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw NearsideError.from(error, 'input-invalid', `${file} can't be read`)
  })
  if (bytes === null) return { rules: [], version: '', content: { rules: [] } }
  const content = readJson(bytes, 'input-invalid', `${file} can't be read as JSON`)
  return { rules: requireRules(content), version: await sha256Hex(bytes), content }
}

/** @throws NearsideError `rules-invalid` for the first rule that devices would ignore */
export function requireRules(content: unknown): readonly Rule[] {
  const { rules, faults } = parseRules(content)
  if (faults.length === 0) return rules
  throw new NearsideError(
    'rules-invalid',
    `${faults.join('; ')}. Correct these rules and try again`,
  )
}

/**
 * Requires the key of a signed file, because devices would refuse the file without a signature.
 * @throws NearsideError `input-invalid` if the file is signed and there is no key
 */
export function requireKey(file: string, content: unknown, sign: SignRules | undefined): void {
  if (!sign && isRecord(content) && content.signed !== undefined)
    throw invalidInput(`${file} is signed: start nearside studio with --key`)
}

/**
 * Replaces the rules and keeps the file's other fields.
 * @param version version of the file from which the rules were made
 * @param sign signs the file; absent if the shop has no key
 * @returns the new version
 * @throws NearsideError `version-taken` if the file has changed since; `storage-unavailable` if it can't be written;
 *   also the errors of `requireKey`
 */
export async function writeRulesFile(
  file: string,
  rules: readonly Rule[],
  version: string,
  sign?: SignRules,
): Promise<string> {
  const before = await readRulesFile(file)
  if (before.version !== version)
    throw new NearsideError('version-taken', `${file} has changed since the studio read it`)
  const content = isRecord(before.content) ? { ...before.content, rules } : rules
  requireKey(file, content, sign)
  const signed = sign ? await sign(content) : content
  const bytes = utf8(`${JSON.stringify(signed, null, 2)}\n`)
  // If the file is a link, its target is replaced.
  await placeFile(await realpath(file).catch(() => file), bytes)
  return sha256Hex(bytes)
}
