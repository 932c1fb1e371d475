/** @module Asks the search's own thread. */
import type { Item } from '../../index.ts'
import type { SearchAnswer, SearchQuestion } from '../../search.ts'
import { whenIdle } from '../breathe.ts'

export interface ToSearch {
  readonly question: SearchQuestion
  /** Of as many first hits the pictures, and all products, are wanted as well. */
  readonly first: number
}

export interface FoundFirst extends SearchAnswer {
  readonly items?: readonly Item[]
  /** File's name and SVG, null where there is none. */
  readonly pictures?: readonly (readonly [name: string, svg: string | null])[]
}

let thread: Worker | null = null

/** Begins to build the index. @throws where there are no workers */
function wakeSearch(): Worker {
  thread ??= new Worker(new URL('./searchWorker.ts', import.meta.url), {
    type: 'module',
    name: 'search',
  })
  return thread
}

/** Where there are no workers, the page searches by itself. */
export function tryToWakeSearch(): void {
  try {
    wakeSearch()
  } catch {}
}

/** Rejects where the thread can't answer: it can't be had, or lacks what it needs. */
export function askThread(question: SearchQuestion, first = 0): Promise<FoundFirst> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel()
    const fail = () => {
      thread = null
      reject(new Error('The search has no thread of its own'))
    }
    port1.onmessage = ({ data }: MessageEvent<FoundFirst | null>) => {
      port1.close()
      if (data) resolve(data)
      else fail()
    }
    const worker = wakeSearch()
    worker.addEventListener('error', fail, { once: true })
    worker.postMessage({ question, first } satisfies ToSearch, [port2])
  })
}

/** As many may be on the first screen. */
const FIRST_SCREEN = 8

let begun: { readonly query: string; readonly found: Promise<FoundFirst> } | null = null

/** Of the page of results. */
export const questionFor = (query: string): SearchQuestion => ({ query, suggestions: 6 })

/** Of a visit that begins with a search: products and the first pictures come with it. */
export const askFirst = (question: SearchQuestion): Promise<FoundFirst> =>
  askThread(question, FIRST_SCREEN)

/** What was asked already. */
export const begunFor = (query: string): Promise<FoundFirst> | undefined =>
  begun?.query === query ? begun.found : undefined

/** Such a visit's search, before the page's script is there. */
export function beginSearch(): void {
  if (location.pathname !== '/search') return
  const query =
    new URLSearchParams(location.hash.slice(1)).get('q') ??
    new URLSearchParams(location.search).get('q')
  const asked = query?.trim()
  if (!asked) return
  const found = askThread(questionFor(asked), FIRST_SCREEN)
  found.catch(() => undefined)
  begun = { query: asked, found }
}

/** Of a visit that begins with a search: what it found is on screen before the page reads all else. */
export async function firstAnswer(): Promise<void> {
  if (!begun) return
  await begun.found.catch(() => undefined)
  await new Promise<void>(whenIdle)
}
