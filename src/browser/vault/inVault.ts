/**
 * @module The page's end of a vault (frame on another origin): the frame, and a channel to the worker in it. The frame
 * is visible only while the vault has a question for the shopper.
 */
import { invalidInput } from '@nearside/core/error.ts'
import type { VaultSource } from '../api.ts'
import type { Thread } from '../messages.ts'
import { type FromVault, type ToVault, VAULT } from './handshake.ts'

/** A frame that sends no message within this many milliseconds after its `load` event counts as failed. */
const PATIENCE = 10_000

const WHOLE = { width: '100vw', height: '100dvh', padding: '0', border: '0', background: 'none' }

/**
 * Stores events, log and personal model in a separate origin, in a worker without network access. The page's scripts
 * reach these data only through the personalizer.
 *
 * @param url address of the vault's `vault.html`
 * @example createPersonalizer({ …, worker: inVault('https://vault.shop.example/vault.html') })
 * @throws NearsideError `input-invalid` if the URL has the page's own origin or is not HTTP
 */
export function inVault(url: string): VaultSource {
  const { href, origin } = new URL(url, document.baseURI)
  if (origin === location.origin || !origin.startsWith('http'))
    throw invalidInput('A vault needs an origin of its own.')
  return Object.assign(() => openVault(href, origin), { inVault: true as const })
}

function openVault(href: string, origin: string): Thread {
  const { port1: ours, port2: theirs } = new MessageChannel()
  // Creates the dialog now, because a frame that moves to another parent loads again.
  const [dialog, frame] = [document.createElement('dialog'), document.createElement('iframe')]
  let offered = false
  let timer: ReturnType<typeof setTimeout> | null = null
  const failed = (message: string) => thread.onerror?.(new ErrorEvent('error', { message }))
  const heard = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }

  function tell(seen: ToVault['seen']): void {
    frame.contentWindow?.postMessage({ vault: VAULT, seen } satisfies ToVault, origin)
  }

  function receive({ data, origin: from, source }: MessageEvent<unknown>): void {
    if (source !== frame.contentWindow || from !== origin) return
    const { vault, refused, asks } = (data ?? {}) as Partial<FromVault>
    if (data === VAULT && !offered) {
      offered = true
      heard()
      frame.removeEventListener('load', loaded)
      frame.contentWindow?.postMessage(VAULT, origin, [theirs])
    } else if (vault !== VAULT) return
    else if (refused !== undefined) failed(`the vault does not work: ${refused}`)
    else if (!asks) dialog.close()
    else {
      if (!dialog.open) dialog.showModal()
      frame.focus()
      tell(document.documentElement.lang)
    }
  }

  // A working vault's script sends its message before `load`; an error page fires only `load`.
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
      dialog.remove()
    },
  }
  addEventListener('message', receive)
  frame.addEventListener('load', loaded)
  // Tells the vault that there is no answer. If the dialog closes after an answer, the vault ignores this message.
  dialog.addEventListener('close', () => tell(null))
  // The label is the vault's host name, which needs no translation.
  dialog.ariaLabel = new URL(origin).host
  Object.assign(frame, { src: href, title: 'vault', allow: '' })
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-popups')
  for (const { style } of [dialog, frame])
    Object.assign(style, { ...WHOLE, maxWidth: 'none', maxHeight: 'none' })
  dialog.append(frame)
  document.documentElement.append(dialog)
  return thread
}
