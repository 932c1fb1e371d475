/**
 * @module Script of a vault's document, `vault.html`, which has its own origin in a frame of the shop's page. The
 * script starts the worker without network access, connects the page's channel to it, and makes the requests that the
 * worker is allowed to make. For the shopper's consent it opens a window, in which this same script runs and asks the
 * question.
 */

import type { ContributionTerms } from '../contribution/terms.ts'
import { serveFetches } from '../transport/broker.ts'
import { browserFetch } from '../transport/browserFetch.ts'
import {
  type Answered,
  type FromLocked,
  type FromVault,
  type Handed,
  type ToVault,
  VAULT,
} from './handshake.ts'
import workerUrl from './lockedWorker.ts?worker&url'
import { answerOpener, askInWindow } from './questionWindow.ts'

/** The browser's Trusted Types, which TypeScript's library lacks. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string }
}

/** Origins of shops that may use this vault; the header's `frame-ancestors` names the same origins for the browser. */
const shops = Array.from(
  document.querySelectorAll<HTMLMetaElement>('meta[name="nearside-shop"]'),
  ({ content }) => content,
)

/**
 * Reads the recipients of updates from `vault.html`, never from a page; null if that file names none.
 * @throws SyntaxError for invalid JSON
 */
function readRecipients(): unknown {
  const named = document.querySelector<HTMLMetaElement>('meta[name="nearside-aggregators"]')
  return named ? JSON.parse(named.content) : null
}

function makeWorker(): Worker {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  const policy = trustedTypes?.createPolicy('nearside-vault', { createScriptURL: () => workerUrl })
  return new Worker(policy?.createScriptURL('') ?? workerUrl, { type: 'module', name: 'nearside' })
}

function open(device: MessagePort, shop: string): void {
  const { port1: ours, port2: broker } = new MessageChannel()
  const worker = makeWorker()
  const tell = (what: Omit<FromVault, 'vault'>) =>
    window.parent.postMessage({ vault: VAULT, ...what } satisfies FromVault, shop)
  const refuse = (refused: string) => {
    worker.terminate()
    device.close()
    tell({ refused })
  }
  /** Terms of the open question, and the controller that closes the question's window. */
  let terms: ContributionTerms | null = null
  let closed = new AbortController()
  const answer = (wording: string | null) => {
    terms = null
    worker.postMessage({ wording } satisfies Answered)
    tell({ asks: false })
  }
  addEventListener('message', ({ data, origin, source }: MessageEvent<Partial<ToVault> | null>) => {
    if (source !== window.parent || origin !== shop || data?.vault !== VAULT) return
    closed.abort()
    if (terms === null) return
    if (typeof data.seen !== 'string') return answer(null)
    closed = new AbortController()
    askInWindow(terms, shop, data.seen, closed.signal).then(answer)
  })
  worker.onmessage = ({ data }: MessageEvent<FromLocked>) => {
    if ('refused' in data) return refuse(data.refused)
    terms = data.terms
    tell({ asks: true })
  }
  worker.onerror = ({ message }) => refuse(message || 'its worker could not be loaded')
  serveFetches(ours, browserFetch)
  try {
    const handed: Handed = { device, broker, shop, recipients: readRecipients() }
    worker.postMessage(handed, [device, broker])
  } catch (error) {
    refuse(`the aggregators in its file are not JSON: ${(error as Error).message}`)
  }
}

function serveFrame(): void {
  // The document accepts one channel, from one page, and ignores later messages with a channel.
  addEventListener('message', function offered({ data, origin, ports, source }) {
    const isShop = source === window.parent && shops.includes(origin)
    if (!isShop || data !== VAULT || ports.length !== 1) return
    removeEventListener('message', offered)
    open(ports[0], origin)
  })
  // This message contains nothing secret, so any parent may receive it.
  window.parent.postMessage(VAULT, '*')
}

if (window.parent === window) answerOpener()
else serveFrame()
