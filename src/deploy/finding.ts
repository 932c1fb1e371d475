/** @module What is found out about a shop before or after it is published, and what to do about it. */

export interface Finding {
  readonly level: 'ok' | 'warning' | 'error'
  /** What was looked at, e.g. `catalog`. */
  readonly about: string
  /** One sentence; of a warning or an error, with what to do. */
  readonly text: string
}

/** Findings about one thing. */
export function findingsAbout(about: string) {
  const say =
    (level: Finding['level']) =>
    (text: string): Finding => ({ level, about, text })
  return { ok: say('ok'), warning: say('warning'), error: say('error') }
}

/** Beyond it a first visit over a slow line is noticed, and somebody pays for it. */
const MUCH = 3_000_000

/** `0.86 MB`, by powers of ten, as networks count. */
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`

/** @param bytes of model and catalog, as a browser takes them */
export function sizeFinding(bytes: number, atMost = false): Finding {
  const { ok, warning } = findingsAbout('size')
  const much = `${atMost ? 'at most ' : ''}${megabytes(bytes)}`
  const text = `A new visitor's browser downloads ${much} of model and catalog, once.`
  return bytes > MUCH
    ? warning(`${text} That is beyond ${megabytes(MUCH)}: leave out what nobody buys.`)
    : ok(text)
}
