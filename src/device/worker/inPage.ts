/**
 * @module The device in the page's own thread, where there are no workers: old web views, policies
 * that forbid them, a script that can't be loaded. The same messages cross a channel, and the same
 * code answers; its work comes in slices, between which the page paints (`engine/pause.ts`).
 */
import type { Thread } from '../messages.ts'
import type { Environment } from './device.ts'
import { serve, workerEnvironment } from './serve.ts'

/** What a page has in place of a worker: the same messages, in its own thread. */
export function deviceInPage(environment: Environment = workerEnvironment): Thread {
  const { port1: page, port2: device } = new MessageChannel()
  serve(device, environment)
  return {
    postMessage: (message) => page.postMessage(message),
    set onmessage(handler: Thread['onmessage']) {
      page.onmessage = handler
    },
    onmessageerror: null,
    onerror: null,
    terminate: () => page.close(),
  }
}
