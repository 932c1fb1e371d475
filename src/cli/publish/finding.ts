/** @module A finding about a shop, before or after publishing, and how to fix it. */

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

/** @returns how many findings are errors, how many warnings, and both in words */
export function tally(findings: readonly Pick<Finding, 'level'>[]) {
  const count = (level: Finding['level']) => findings.filter((one) => one.level === level).length
  const words = (n: number, name: string) => `${n || 'no'} ${name}${n === 1 ? '' : 's'}`
  const [errors, warnings] = [count('error'), count('warning')]
  return { errors, warnings, text: `${words(errors, 'error')}, ${words(warnings, 'warning')}` }
}

/** @param checks the finding of each failed check, true for a passed check @returns the findings */
export const failed = (...checks: readonly (Finding | boolean)[]): Finding[] =>
  checks.filter((check) => typeof check === 'object')

const { warning: liveWarning } = findingsAbout('live')

export const staleFinding = ({ time }: { readonly time: string }): Finding =>
  liveWarning(
    `live.json is stale, last confirmed at ${time}: nearside sync has stopped or refuses the feed. Its output says why.`,
  )

export const foreignFinding: Finding = liveWarning(
  'live.json belongs to another catalog.json, so devices ignore it: run nearside sync.',
)

/** Size in bytes above which a first visit over a slow line takes noticeably long and costs money. */
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
