/**
 * @module Loads the shop's own files from its own origin. (The package loads catalog and model itself.) These requests
 * are the same for every shopper, so they reveal nothing about any shopper.
 */
import type { PersonalizerOptions } from '../index.ts'
import { breathing } from './breathe.ts'
import type { Rendered } from './latestModel.ts'
import { words } from './words/words.ts'

async function ask(path: string, signal?: AbortSignal): Promise<Response> {
  let response: Response
  try {
    // biome-ignore lint/style/noRestrictedGlobals: the shop's own catalog, not the package's traffic
    response = await fetch(`${import.meta.env.BASE_URL}${path}`, { signal })
  } catch (cause) {
    throw unreachable(cause)
  }
  if (!response.ok) throw new Error(words('load.answered', { status: response.status }))
  return response
}

const unreachable = (cause: unknown) => new Error(words('load.unreachable'), { cause })

const unreadable = (cause: unknown) => new Error(words('load.unreadable'), { cause })

/** @throws Error with a message for the shopper */
export async function loadJson(path: string, signal?: AbortSignal): Promise<unknown> {
  const response = await ask(path, signal)
  try {
    return await response.json()
  } catch (cause) {
    throw unreadable(cause)
  }
}

/** Number of elements parsed at once, which takes a slow phone 1 to 2 ms. */
const SLICE = 25

/**
 * Yields the elements of a large array in parts, as they arrive. The file must have one element per line. Parsing the
 * whole array at once would block a slow phone for 50 ms.
 * @throws Error with a message for the shopper
 */
export async function* loadArray(path: string, signal?: AbortSignal): AsyncGenerator<unknown[]> {
  const { body } = await ask(path, signal)
  if (!body) return
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let end = ''
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw unreachable(cause)
    })
    if (done) break
    const lines = (rest + value).split('\n')
    rest = lines.pop() ?? ''
    end = lines.at(-1) ?? end
    const elements = lines.filter((line) => line !== '[' && line !== ']')
    for (let from = 0; from < elements.length; from += SLICE)
      yield elements.slice(from, from + SLICE).map(readElement)
  }
  if (rest !== '' || end !== ']') throw unreadable(new Error('It breaks off.'))
}

/**
 * Loads all elements without blocking a slow phone. If loading fails halfway, the function returns the elements that
 * arrived before.
 */
export async function loadLines<T>(path: string): Promise<T[]> {
  const lines: T[] = []
  const breathe = breathing()
  try {
    for await (const some of loadArray(path)) {
      lines.push(...(some as T[]))
      await breathe()
    }
  } catch {
    // If loading fails, pages only show fewer details, so the error is ignored.
  }
  return lines
}

function readElement(line: string): unknown {
  try {
    return JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line)
  } catch (cause) {
    throw unreadable(cause)
  }
}

const RECIPIENTS: readonly string[] = [
  ...['leader', 'leaderOperator', 'leaderKey', 'helper', 'helperOperator', 'helperKey'],
  ...['issuer', 'demonstration', 'relay'],
]

/**
 * Loads the configuration that the demo's server provides: its aggregation servers and vault (frame on another origin
 * that keeps the shopper's data), if any, the keys that sign its base models, and the signed release that its pages
 * were rendered with. The personalizer checks the release with the keys. Each machine that serves the demo has its own
 * keys; a real shop writes its keys into its pages.
 */
export async function loadFederation(): Promise<
  Partial<Pick<PersonalizerOptions, 'federation' | 'modelKeys' | 'persist'>> & {
    latest?: Rendered
    live?: string
    vault?: string
  }
> {
  const value = await loadJson('federation.json').catch(() => null)
  if (typeof value !== 'object' || value === null) return {}
  const facts = Object.entries(value)
  const isRecipient = ([name]: readonly [string, unknown]) => RECIPIENTS.includes(name)
  const recipients: { leader?: string; helper?: string } = Object.fromEntries(
    facts.filter(isRecipient),
  )
  const signed = Object.fromEntries(facts.filter((fact) => !isRecipient(fact)))
  return {
    // `createPersonalizer` validates these values.
    federation:
      recipients.leader && recipients.helper
        ? (recipients as NonNullable<PersonalizerOptions['federation']>)
        : undefined,
    ...(signed as Pick<PersonalizerOptions, 'modelKeys' | 'persist'> & {
      latest?: Rendered
      live?: string
      vault?: string
    }),
  }
}
