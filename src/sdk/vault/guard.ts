/**
 * @module Stands between a vault's device and the page, which may be hostile or hold a hostile script: takes well-formed
 * calls, so many a second, options that can be meant, and hands out no more than an answer has to say.
 */
import { NearsideError } from '../../core/error.ts'
import type { FromWorker, ToWorker, WorkerConfig } from '../../device/messages.ts'
import type { Recipients } from '../../device/upload/terms.ts'
import type { Scope } from '../../device/worker/serve.ts'
import { readOptions } from '../readOptions.ts'
import { readMessage } from './messages.ts'

const ADDRESSES = ['leader', 'helper', 'issuer', 'relay'] as const

type Call = Extract<ToWorker, { kind: 'call' }>

/** Calls that a page may make at once, and how many more each second. A shopper makes a few. */
export const BURST = 2000
const A_SECOND = 200

interface GuardDeps {
  readonly port: MessagePort
  /** Origin of the page. */
  readonly shop: string
  /** Who gets updates, as the vault's own file names them; null: nobody. */
  readonly recipients: Recipients | null
  /** Milliseconds of a clock that only goes on. */
  readonly clock: () => number
  /** Called once, with options that can be meant, before the device starts. */
  readonly configured: (config: WorkerConfig) => void
  readonly close: () => void
}

/** The device's end of the channel, as `serve` wants it. */
export function guarded(deps: GuardDeps): Scope {
  const { port, clock, configured, close } = deps
  let handler: Scope['onmessage'] = null
  let started = false
  /** The last that was forgotten: only that can come back, and the page needn't see it for that. */
  let forgotten: { readonly call: number; readonly value: unknown } | null = null
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
    const error = new NearsideError('input-invalid', message).toWire()
    port.postMessage({ kind: 'error', id: id as number, error } satisfies FromWorker)
  }

  /** As the device is to take it. @throws NearsideError `input-invalid` */
  function admit(call: Call): Call {
    if (call.name === 'start') {
      if (started) throw new NearsideError('input-invalid', 'It has been started.')
      const config = readConfig(call.args[0], deps)
      started = true
      configured(config)
      return { ...call, args: [config] }
    }
    if (call.name === 'forget') forgets.add(call.id)
    if (call.name === 'erase') forgotten = null
    if (call.name !== 'restore') return call
    if (forgotten === null || forgotten.call !== (call.args[0] as unknown))
      throw new NearsideError('aborted', 'More was forgotten or erased since: that stays.')
    return { ...call, args: [forgotten.value] } as Call
  }

  port.onmessage = (event: MessageEvent<unknown>) => {
    const { data } = event
    const id = (data as { id?: unknown } | null)?.id
    if (isTooMany()) {
      refuse(id, `More than ${BURST} calls at once, and ${A_SECOND} a second, are not taken.`)
      return
    }
    const message = readMessage(data)
    if (message === null) {
      refuse(id, 'That is no call.')
      return
    }
    try {
      const admitted = message.kind === 'call' ? admit(message) : message
      handler?.(new MessageEvent('message', { data: admitted }))
    } catch (error) {
      const { code, message } = NearsideError.from(error, 'input-invalid', 'That is no call')
      port.postMessage({ kind: 'error', id: id as number, error: { code, message } })
    }
  }

  return {
    postMessage(message) {
      if (message.kind === 'result' && forgets.delete(message.id)) {
        forgotten = { call: message.id, value: message.value }
        // What `restore` is given.
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
  const { conditions, context, federation, rules, latest, modelKeys, ...options } = given
  const { config } = readOptions({
    ...options,
    rules: (rules ?? undefined) as never,
    federation: federation ?? undefined,
    latest: latest ?? undefined,
    modelKeys: modelKeys ?? undefined,
    worker: () => {
      throw new NearsideError('worker-failed', 'A vault makes its own.')
    },
  })
  // Shops that share a vault share nothing else.
  const database = `${config.database} of ${shop}`
  // A page only says that it offers contributions: names and keys are those of the vault's file.
  const named = config.federation && recipients
  if (config.federation && ADDRESSES.some((name) => config.federation?.[name] !== named?.[name]))
    throw new NearsideError(
      'input-invalid',
      'federation: the vault’s file names other aggregators.',
    )
  return { ...config, database, conditions, context, federation: named }
}
