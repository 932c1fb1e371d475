/**
 * @module The worker of a vault: one file, which needs no other. It works only where it has no network, which the
 * policy that its own file comes with has to see to, and finds that out before anything else.
 */

import { brokeredFetch } from '../../device/transport/broker.ts'
import { destinationsOf } from '../../device/transport/http.ts'
import { openWays } from '../../device/transport/openWays.ts'
import { serve, workerEnvironment } from '../../device/worker/serve.ts'
import { guarded } from './guard.ts'
import type { Handed } from './handshake.ts'

const probing = openWays(self)

self.onmessage = async ({ data }: MessageEvent<Handed>) => {
  self.onmessage = null
  const open = await probing
  if (open.length > 0) {
    self.postMessage(`its worker has a network: ${open.join(', ')}`)
    return
  }
  const { fetch, declare } = brokeredFetch(data.broker)
  const scope = guarded({
    port: data.device,
    shop: data.shop,
    clock: () => performance.now(),
    configured: (config) => declare(destinationsOf(config)),
    close: () => self.close(),
  })
  serve(scope, { ...workerEnvironment, fetch })
}
