/**
 * @module Guard between a possibly hostile page and the worker of a vault (frame on another origin). The guard admits
 * only well-formed calls, at a limited rate, and valid options. The page doesn't get back the events that it forgets.
 */
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { Recipients } from '../contribution/terms.ts'
import type { FromWorker, ToWorker, WorkerConfig } from '../messages.ts'
import { readOptions } from '../page/readOptions.ts'
import type { Scope } from '../worker/serve.ts'
import { readMessage } from './messages.ts'

const ADDRESSES = ['leader', 'helper', 'issuer', 'relay'] as const

type Call = Extract<ToWorker, { kind: 'call' }>

/** Number of calls that a page may make at once; a shopper's action causes only a few. */
export const BURST = 2000
/** Number of further calls that a page may make per second. */
const A_SECOND = 200

interface GuardDeps {
  readonly port: MessagePort
  /** Origin of the page. */
  readonly shop: string
  /** Recipients of updates, from `vault.html`; null if that file names none. */
  readonly recipients: Recipients | null
  /** Monotonic clock, in milliseconds. */
  readonly clock: () => number
  /** Callback for the valid options, called once before the vault starts. */
  readonly configured: (config: WorkerConfig) => void
  readonly close: () => void
}

/** The vault's end of the channel, in the form that `serve` needs. */
export function guarded(deps: GuardDeps): Scope {
  const { port, clock, configured, close } = deps
  let handler: Scope['onmessage'] = null
  let started = false
  /**
   * Events of the last `forget`, the only ones that can be restored. The page gets the call's id instead of the events.
   */
  let forgotten: { readonly call: number; readonly value: unknown } | null = null
  /** Ids of `forget` calls without an answer yet. */
  const forgets = new Set<number>()
  let tokens = BURST
  let filled = clock()

  function isTooMany(): boolean {
    const now = clock()
    tokens = Math.min(BURST, tokens + ((now - filled) / 1000) * A_SECOND)
    filled = now
    if (tokens < 1) return true
    tokens--
    return false
  }

  function refuse(id: unknown, message: string): void {
    if (!Number.isSafeInteger(id)) return
    const error = invalidInput(message).toWire()
    port.postMessage({ kind: 'error', id: id as number, error } satisfies FromWorker)
  }

  /** Checks a call from the page and returns the call for the worker. @throws NearsideError `input-invalid` */
  function admit(call: Call): Call {
    if (call.name === 'start') {
      if (started) throw invalidInput('The vault has started already.')
      const config = readConfig(call.args[0], deps)
      started = true
      configured(config)
      return { ...call, args: [config] }
    }
    if (call.name === 'forget') forgets.add(call.id)
    if (call.name === 'erase') forgotten = null
    if (call.name !== 'restore') return call
    if (forgotten === null || forgotten.call !== (call.args[0] as unknown))
      throw new NearsideError('aborted', 'Not restored: something was deleted or put back since.')
    return { ...call, args: [forgotten.value] } as Call
  }

  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    const id = (data as { id?: unknown } | null)?.id
    if (isTooMany())
      return refuse(id, `More than ${BURST} calls at once, or ${A_SECOND} a second, are refused.`)
    const message = readMessage(data)
    if (message === null) return refuse(id, 'The message is not a valid call.')
    try {
      const admitted = message.kind === 'call' ? admit(message) : message
      handler?.(new MessageEvent('message', { data: admitted }))
    } catch (error) {
      const { code, message } = NearsideError.from(error, 'input-invalid', 'The call is invalid')
      port.postMessage({ kind: 'error', id: id as number, error: { code, message } })
    }
  }

  return {
    postMessage(message) {
      if (message.kind === 'result' && forgets.delete(message.id)) {
        forgotten = { call: message.id, value: message.value }
        port.postMessage({ ...message, value: message.id })
      } else port.postMessage(message)
    },
    set onmessage(given: Scope['onmessage']) {
      handler = given
    },
    close() {
      port.close()
      close()
    },
  }
}

/** @throws NearsideError `input-invalid` naming the option */
function readConfig(
  given: WorkerConfig,
  { shop, recipients }: Pick<GuardDeps, 'shop' | 'recipients'>,
): WorkerConfig {
  const { catalog, conditions, context, federation, live, rules, latest, modelKeys, ...options } =
    given
  const { config } = readOptions({
    ...options,
    baseModel: { url: options.baseModel, latest: latest ?? undefined },
    catalog: live && typeof catalog === 'string' ? { url: catalog, live } : catalog,
    rules: (rules ?? undefined) as never,
    federation: federation ?? undefined,
    modelKeys: modelKeys ?? undefined,
    worker: () => {
      throw new NearsideError('worker-failed', 'A vault creates its own worker.')
    },
  })
  // Each shop has its own database, even in a vault that several shops share.
  const database = `${config.database} of ${shop}`
  // The page decides only whether it offers contributions; names and keys come from the vault's file.
  const named = config.federation && recipients
  if (config.federation && ADDRESSES.some((name) => config.federation?.[name] !== named?.[name]))
    throw invalidInput('federation: the vault’s file names other aggregators.')
  return { ...config, database, conditions, context, federation: named }
}
