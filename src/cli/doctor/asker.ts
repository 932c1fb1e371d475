/**
 * @module Fetches a shop's files and stores the answers' headers beside their bytes. Every server fault (no answer,
 * too large an answer, circular redirects) ends in a one-line error.
 */
import { readAtMost } from '@nearside/core/readAtMost.ts'
import { reasonOf } from '../systems/fetchWhole.ts'

export interface Answer {
  /** Absolute URL before any redirect. */
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
}

export type Asker = ReturnType<typeof createAsker>

/** Maximum number of bytes of a file (the devices' own limit) and of a page. */
const MOST_BYTES = { file: 64 * 2 ** 20, page: 8 * 2 ** 20 }
const MOST_REDIRECTS = 5

/** @param timeout milliseconds per request, including the body */
export function createAsker(fetch: typeof globalThis.fetch, timeout: number) {
  const answers = new Map<string, Answer>()
  let origin: string | undefined

  async function once(url: string, kind: keyof typeof MOST_BYTES): Promise<Answer> {
    // For a file of another origin, the request has `Origin`, as the page's script would send it.
    const isForeign = origin !== undefined && new URL(url).origin !== origin
    const headers = { 'accept-encoding': 'br, gzip', ...(isForeign && { origin }) }
    try {
      const signal = AbortSignal.timeout(timeout)
      const response = await fetch(url, { headers: { ...headers }, redirect: 'manual', signal })
      const body = await readAtMost(response, MOST_BYTES[kind])
      const answer = { url, status: response.status, headers: response.headers, body }
      answers.set(url, answer)
      return answer
    } catch (error) {
      throw new Error(reasonOf(error, timeout), { cause: error })
    }
  }

  const target = ({ url, status, headers }: Answer) => {
    const location = status >= 300 && status < 400 && headers.get('location')
    return location && URL.canParse(location, url) ? new URL(location, url).href : null
  }

  async function withoutRedirect(url: string): Promise<Answer> {
    const answer = await once(url, 'file')
    const elsewhere = target(answer)
    if (elsewhere) throw new Error(`it redirects to ${elsewhere}, and devices follow no redirects`)
    return answer
  }

  return {
    answers: answers as ReadonlyMap<string, Answer>,
    /** Sets the origin that later requests come from; initially it is the visited page's origin. */
    speakFor(other: string) {
      origin = other
    },
    /** `fetch` for the device's own code: a redirect is an error, as for devices. */
    async fetch(input: RequestInfo | URL): Promise<Response> {
      const { status, headers, body } = await withoutRedirect(String(input))
      const isEmpty = body.length === 0 || [204, 205, 304].includes(status)
      return new Response(isEmpty ? null : body, {
        status,
        headers: { 'content-type': headers.get('content-type') ?? '' },
      })
    },
    /**
     * Fetches a file as devices do.
     * @param todo advice if the server lacks the file
     * @throws Error whose message is a finding's text, if the answer isn't the file
     */
    async file(url: string, todo: string): Promise<Answer> {
      const answer = await withoutRedirect(url).catch((cause: Error) => {
        throw new Error(`${url} can't be fetched (${cause.message}): check its server.`, { cause })
      })
      if (answer.status === 200) return answer
      throw new Error(`${url} answers with status ${answer.status}: ${todo}.`)
    },
    /**
     * Fetches a page and follows a few redirects.
     * @throws Error if no complete answer comes, or the redirects don't end
     */
    async visit(url: string): Promise<Answer> {
      let answer = await once(url, 'page')
      for (let hop = 0; ; hop++) {
        const next = target(answer)
        if (!next) break
        if (hop === MOST_REDIRECTS) throw new Error(`more than ${MOST_REDIRECTS} redirects`)
        answer = await once(next, 'page')
      }
      ;({ origin } = new URL(answer.url))
      return answer
    },
  }
}

export const typeOf = ({ headers }: Answer): string => headers.get('content-type') ?? 'of no type'

export const isHtml = (answer: Answer): boolean =>
  /^(text\/html|application\/xhtml)/.test(typeOf(answer))
