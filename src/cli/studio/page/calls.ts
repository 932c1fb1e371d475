/** @module The page's calls to the studio's server on the same origin. */
import { NearsideError } from '@nearside/core/error.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import type { RuleCosts } from '@nearside/evaluate/ruleCosts.ts'
import type { CostLine, Previewed, StudioStart } from '../app.ts'
import type { View } from '../preview.ts'

type Rules = readonly Rule[]

export interface Calls {
  start(): Promise<StudioStart>
  preview(saved: Rules, rules: Rules, view: View): Promise<Previewed>
  save(rules: Rules, version: string): Promise<{ readonly version: string }>
  logOut(): Promise<unknown>
  costs(rules: Rules, onProgress: (share: number) => void, signal: AbortSignal): Promise<RuleCosts>
}

/** Calls reject with an error whose message is for people. An error that the server sent is a NearsideError. */
export function createCalls(token: string): Calls {
  async function call(name: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const answer = await fetch(`/api/${name}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    }).catch((error) => {
      if (signal?.aborted) throw error
      throw new Error('The studio does not answer. Start nearside studio again.')
    })
    if (answer.ok) return answer
    if (answer.headers.get('WWW-Authenticate') === 'Bearer')
      throw new Error(
        'This address has no valid token. Open the address that nearside studio printed.',
      )
    const { title, code } = await answer.json().catch(() => ({ title: `status ${answer.status}` }))
    throw new NearsideError(code, title)
  }
  const json = async (...asked: Parameters<typeof call>) => (await call(...asked)).json()
  return {
    start: () => json('start'),
    preview: (saved, rules, view) => json('preview', { saved, rules, view }),
    save: (rules, version) => json('save', { rules, version }),
    logOut: () => call('logout', {}),
    async costs(rules, onProgress, signal) {
      const { body } = await call('costs', { rules }, signal)
      // Before version 26, Safari's streams have no asynchronous iterator.
      const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
      let rest = ''
      for (;;) {
        const { done, value } = await reader.read()
        if (done) throw new Error('The studio stopped before the measurement was done.')
        const lines = (rest + value).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines.map((one): CostLine => JSON.parse(one))) {
          if ('costs' in line) return line.costs
          if ('error' in line) throw new Error(line.error)
          onProgress(line.done / line.total)
        }
      }
    },
  }
}
