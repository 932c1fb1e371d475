/** @module A finding about a shop, before or after publishing, and how to fix it. */
import { NegativeResult } from '../command.ts'

export interface Finding {
  readonly level: 'ok' | 'warning' | 'error'
  /** Subject of the finding, for example `catalog`. */
  readonly about: string
  /** One sentence; a warning or an error also says what to do. */
  readonly text: string
}

export function findingsAbout(about: string) {
  const say =
    (level: Finding['level']) =>
    (text: string): Finding => ({ level, about, text })
  return { ok: say('ok'), warning: say('warning'), error: say('error') }
}

/**
 * Prints how many findings are errors and warnings. Returns a command's result, which begins with the fields of `about`.
 * @throws NegativeResult if a finding is an error
 */
export function conclude<T extends object>(
  about: T,
  findings: readonly Finding[],
  print: (line: string) => void,
) {
  const count = (level: Finding['level']) => findings.filter((one) => one.level === level).length
  const words = (n: number, name: string) => `${n || 'no'} ${name}${n === 1 ? '' : 's'}`
  const [errors, warnings] = [count('error'), count('warning')]
  const text = `${words(errors, 'error')}, ${words(warnings, 'warning')}`
  const result = { ...about, errors, warnings, findings }
  if (errors > 0) throw new NegativeResult(text, result)
  print(text)
  return result
}

/** Findings of the checks that failed; a check that passed is `true`. */
export const failed = (...checks: readonly (Finding | boolean)[]): Finding[] =>
  checks.filter((check) => typeof check === 'object')

/** Lists names; of more than five, the first five and the number of the others. */
export function listed(names: readonly string[]): string {
  const rest = names.length - 5
  return `${names.slice(0, 5).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

const { warning: liveWarning } = findingsAbout('live')

export const staleFinding = ({ time }: { readonly time: string }): Finding =>
  liveWarning(
    `live.json is stale, last confirmed at ${time}: nearside sync has stopped or refuses the feed. Its output says why.`,
  )

export const foreignFinding: Finding = liveWarning(
  'live.json belongs to another catalog.json, so devices ignore it: run nearside sync.',
)

/** Download size in bytes above which a first visit over a slow line is noticeably slow. */
const MUCH = 3_000_000

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`

/** @param bytes download size of model and catalog */
export function sizeFinding(bytes: number): Finding {
  const { ok, warning } = findingsAbout('size')
  const text = `A new visitor's browser downloads ${megabytes(bytes)} of model and catalog, once.`
  return bytes > MUCH
    ? warning(`${text} That is beyond ${megabytes(MUCH)}: remove products that nobody buys.`)
    : ok(text)
}
