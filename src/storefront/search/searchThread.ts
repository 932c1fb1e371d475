/** @module Sends queries to the search's worker. */
import type { Item } from '../../index.ts'
import type { SearchAnswer, SearchQuestion } from '../../search.ts'
import { whenIdle } from '../breathe.ts'

export interface ToSearch {
  readonly question: SearchQuestion
  readonly german: boolean
  /**
   * Number of hits, from the first on, whose pictures the answer contains. If this number is above 0, the answer also
   * contains the found products.
   */
  readonly first: number
}

export interface FoundFirst extends SearchAnswer {
  readonly items?: readonly Item[]
  /** File name and SVG of each picture; null if there is no such picture. */
  readonly pictures?: readonly (readonly [name: string, svg: string | null])[]
}

/** Whether the shopper reads German; known before the page's script runs. */
export const readsGerman = (): boolean => document.documentElement.lang.startsWith('de')

let thread: Worker | null = null

/** Starts the worker, which builds the index. @throws if the browser has no workers */
function wakeSearch(): Worker {
  if (thread) return thread
  const worker = new Worker(new URL('./searchWorker.ts', import.meta.url), {
    type: 'module',
    name: readsGerman() ? 'search de' : 'search',
  })
  // A worker whose script could not be loaded never answers, so the next query starts another worker.
  worker.addEventListener('error', () => {
    if (thread === worker) thread = null
  })
  thread = worker
  return worker
}

/** Starts the worker if the browser has workers; otherwise the page itself searches. */
export function tryToWakeSearch(): void {
  try {
    wakeSearch()
  } catch {}
}

/** Sends a query. Rejects if the worker is unavailable or could not load its files. */
export function askThread(question: SearchQuestion, first = 0): Promise<FoundFirst> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel()
    const fail = () => {
      thread = null
      reject(new Error('The worker of the search is unavailable'))
    }
    port1.onmessage = ({ data }: MessageEvent<FoundFirst | null>) => {
      port1.close()
      if (data) resolve(data)
      else fail()
    }
    const worker = wakeSearch()
    worker.addEventListener('error', fail, { once: true })
    worker.postMessage({ question, first, german: readsGerman() } satisfies ToSearch, [port2])
  })
}

/** Maximum number of products on the first screen. */
const FIRST_SCREEN = 8

let begun: {
  readonly query: string
  readonly german: boolean
  readonly found: Promise<FoundFirst>
} | null = null

/** Returns the question that the results page sends to the search: all hits of a query, and six suggestions at most. */
export const questionFor = (query: string): SearchQuestion => ({ query, suggestions: 6 })

/** First query of a visit that begins with a search; the answer includes products and the first pictures. */
export const askFirst = (question: SearchQuestion): Promise<FoundFirst> =>
  askThread(question, FIRST_SCREEN)

/** Returns the answer to the query that `beginSearch` sent; undefined for any other query. */
export const begunFor = (query: string): Promise<FoundFirst> | undefined =>
  begun?.query === query && begun.german === readsGerman() ? begun.found : undefined

/** If the visit begins with a search, sends the query before the page's script has loaded. */
export function beginSearch(): void {
  if (location.pathname !== '/search') return
  const query =
    new URLSearchParams(location.hash.slice(1)).get('q') ??
    new URLSearchParams(location.search).get('q')
  const asked = query?.trim()
  if (!asked) return
  const found = askThread(questionFor(asked), FIRST_SCREEN)
  found.catch(() => undefined)
  begun = { query: asked, german: readsGerman(), found }
}

/**
 * Waits for the first answer of a visit that begins with a search, so that results show before the page reads
 * other files.
 */
export async function firstAnswer(): Promise<void> {
  if (!begun) return
  await begun.found.catch(() => undefined)
  await new Promise<void>(whenIdle)
}
