/** @module Every address that this device may ever call, from the shop's own options. */

import type { WorkerConfig } from '../messages.ts'
import type { Destination } from '../transport/http.ts'

const directory = (url: string) => (url.endsWith('/') ? url : `${url}/`)

export function destinationsOf(
  config: Pick<WorkerConfig, 'catalog' | 'baseModel' | 'federation'>,
): Destination[] {
  const { catalog, baseModel, federation } = config
  return [
    ...(typeof catalog === 'string' ? [{ purpose: 'catalog' as const, url: catalog }] : []),
    { purpose: 'model', url: directory(baseModel) },
    ...(federation
      ? [
          { purpose: 'policy' as const, url: directory(federation.leader) },
          { purpose: 'policy' as const, url: directory(federation.helper) },
          { purpose: 'upload' as const, url: directory(federation.leader) },
        ]
      : []),
  ]
}
