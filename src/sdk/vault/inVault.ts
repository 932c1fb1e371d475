/** @module The page's end of a vault: a hidden frame of another origin, and a channel to the worker in it. */
import { NearsideError } from '../../core/error.ts'
import type { VaultSource } from '../../device/api.ts'
import type { Thread } from '../../device/messages.ts'
import { type Refusal, VAULT } from './handshake.ts'

/** Milliseconds from when its frame has loaded to when it must have said that it is there. */
const PATIENCE = 10_000

/**
 * Keeps events, log and personal model in an origin of their own, out of reach for the page's scripts but
 * through the personalizer, in a worker without a network.
 *
 * @param url of the vault's `vault.html`
 * @example createPersonalizer({ …, worker: inVault('https://vault.shop.example/vault.html') })
 * @throws NearsideError `input-invalid` where that is no other origin
 */
export function inVault(url: string): VaultSource {
  const { href, origin } = new URL(url, document.baseURI)
  if (origin === location.origin || !origin.startsWith('http'))
    throw new NearsideError('input-invalid', 'A vault needs an origin of its own.')
  return Object.assign(() => openVault(href, origin), { inVault: true as const })
}

function openVault(href: string, origin: string): Thread {
  const { port1: ours, port2: theirs } = new MessageChannel()
  const frame = document.createElement('iframe')
  let offered = false
  let timer: ReturnType<typeof setTimeout> | null = null
  const failed = (message: string) => thread.onerror?.(new ErrorEvent('error', { message }))
  const heard = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }

  function receive({ data, origin: from, source }: MessageEvent<unknown>): void {
    if (source !== frame.contentWindow || from !== origin) return
    const { vault, refused } = (data ?? {}) as Partial<Refusal>
    if (data === VAULT && !offered) {
      offered = true
      heard()
      frame.removeEventListener('load', loaded)
      frame.contentWindow?.postMessage(VAULT, origin, [theirs])
    } else if (vault === VAULT) failed(`the vault does not work: ${refused}`)
  }

  // Of an error page as well: its own script speaks first.
  function loaded(): void {
    timer = setTimeout(() => failed('the vault could not be loaded'), PATIENCE)
  }

  const thread: Thread = {
    postMessage: (message) => ours.postMessage(message),
    set onmessage(handler: Thread['onmessage']) {
      ours.onmessage = handler
    },
    set onmessageerror(handler: Thread['onmessageerror']) {
      ours.onmessageerror = handler
    },
    onerror: null,
    terminate() {
      heard()
      removeEventListener('message', receive)
      ours.close()
      frame.remove()
    },
  }
  addEventListener('message', receive)
  frame.addEventListener('load', loaded)
  Object.assign(frame, { src: href, hidden: true, title: 'vault', allow: '' })
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin')
  document.documentElement.append(frame)
  return thread
}
