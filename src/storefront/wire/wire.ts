/**
 * @module The wire between this browser and all servers. A shopper can cut the wire: the service worker
 * (`public/sw.js`) then sends no request of the shop's pages and their workers, and the personalizer makes none. The
 * service worker stores that the wire is cut, so the cut outlives a reload and holds in every tab.
 */
import type { Personalizer } from '../../index.ts'
import { createStored } from '../stored.ts'
import { CUT } from './hint.ts'

export const isCut = createStored(CUT, (value) => value === true, 'promise')

/** Milliseconds to wait for the service worker's answer. */
const PATIENCE = 5000

/** Reason why the wire (the connection to servers) could not be cut or mended. */
export type Trouble =
  /** There is no service worker: the browser or window has none, or storing was not allowed. */
  | 'no-worker'
  /** Another page of the shop, or its worker, is not under the service worker's control. */
  | 'out-of-reach'
  | 'not-stored'

interface Answer {
  readonly cut: boolean
  readonly why: Trouble | null
}

async function askWorker(cut?: boolean): Promise<Answer> {
  const registered = await navigator.serviceWorker?.getRegistration().catch(() => undefined)
  const worker = registered?.active
  if (!worker) return { cut: false, why: 'no-worker' }
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    const late = setTimeout(() => resolve({ cut: isCut.get(), why: 'no-worker' }), PATIENCE)
    port1.onmessage = ({ data }: MessageEvent<Answer>) => {
      clearTimeout(late)
      port1.close()
      resolve(data)
    }
    worker.postMessage({ kind: 'wire', cut }, [port2])
  })
}

export const WORKER_FILE = `${import.meta.env.BASE_URL}sw.js`

/**
 * After each page load the browser checks for a newer service worker, and no page can prevent this check. While the
 * wire is cut, the check reads the browser's cached copy of the file, not the server's file, for a day at most.
 */
export const checkBy = (cut: boolean): RegistrationOptions => ({
  updateViaCache: cut ? 'all' : 'imports',
})

async function checkByCopy(cut: boolean): Promise<void> {
  if (!(await navigator.serviceWorker?.getRegistration())) return
  // biome-ignore lint/style/noRestrictedGlobals: renews the copy, before the wire is cut
  if (cut) await fetch(WORKER_FILE, { cache: 'reload' })
  await navigator.serviceWorker.register(WORKER_FILE, checkBy(cut))
}

/** Cuts or mends the wire (to servers) for all tabs. @returns null after success, else the reason of the failure */
export async function setWire(
  wanted: boolean,
  personalizer: Pick<Personalizer, 'setOffline'> | null,
): Promise<Trouble | null> {
  if (wanted) await checkByCopy(true).catch(() => undefined)
  const { cut, why } = await askWorker(wanted)
  if (!cut) await checkByCopy(false).catch(() => undefined)
  // A vault (frame on another origin) bypasses the service worker, so the wire counts as cut once the vault is offline.
  if (cut) await personalizer?.setOffline(true)
  know(cut)
  return cut === wanted ? null : (why ?? 'no-worker')
}

function know(cut: boolean): void {
  if (isCut.get() !== cut) isCut.set(cut)
}

/** Follows whether the wire (to servers) is cut, whichever tab changes that. */
export async function followWire(): Promise<void> {
  navigator.serviceWorker?.addEventListener('message', ({ data }) => {
    if (data?.kind === 'wire') know(data.cut === true)
  })
  if (isCut.get() || navigator.serviceWorker?.controller) know((await askWorker()).cut)
}

/** Keeps a personalizer offline while all requests are blocked. @returns function that stops doing so */
export function keepOffline({ setOffline }: Pick<Personalizer, 'setOffline'>): () => void {
  const apply = () => void setOffline(isCut.get()).catch(() => undefined)
  apply()
  return isCut.subscribe(apply)
}
