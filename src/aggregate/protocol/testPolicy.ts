/** @module A valid policy for tests, which devices accept. */

import type { Recipients } from '@nearside/browser/contribution/terms.ts'
import { toBase64 } from '@nearside/core/bytes.ts'
import { SHOP_PARAMETERS } from './demoParameters.ts'
import type { Policy } from './policy.ts'

const key = (byte: number) => toBase64(new Uint8Array(32).fill(byte))

export const TEST_POLICY: Policy = {
  format: 4,
  trust: 'two-aggregators',
  ...SHOP_PARAMETERS,
  minSeparationSeconds: 60,
  model: { version: '1', hash: 'ab'.repeat(32) },
  parameters: { featureWeights: 88 },
  leader: { sealing: key(1), signing: key(2), operator: 'Shop' },
  helper: { sealing: key(3), signing: key(4), operator: 'Trust Centre' },
}

export const TEST_RECIPIENTS: Recipients = {
  ...{ leader: 'https://leader.test', leaderOperator: 'Shop', leaderKey: key(2) },
  ...{ helper: 'https://helper.test', helperOperator: 'Trust Centre', helperKey: key(4) },
}
