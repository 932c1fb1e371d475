/** @module The task of `bench contribute`: the demo's terms and an update of 102 numbers. */
import { exportSealingKeys, generateSealingKeys } from '@nearside/aggregate/privacy/seal.ts'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { POLICY_FORMAT, type Policy, policyHash } from '@nearside/aggregate/protocol/policy.ts'
import { toBase64 } from '@nearside/core/bytes.ts'

export const BENCH_UPDATE = Float64Array.from({ length: 102 }, (_, i) => Math.sin(i) / 100)

export async function benchRound() {
  const [leader, helper] = [await generateSealingKeys(), await generateSealingKeys()]
  const named = async (operator: string, sealing: typeof leader) => ({
    operator,
    sealing: toBase64((await exportSealingKeys(sealing)).publicKey),
    signing: toBase64(new Uint8Array(32)),
  })
  const policy: Policy = {
    ...DEMO_PARAMETERS,
    format: POLICY_FORMAT,
    trust: 'two-aggregators',
    model: { version: '1', hash: '00'.repeat(32) },
    parameters: { featureWeights: 102 },
    leader: await named('leader', leader),
    helper: await named('helper', helper),
  }
  return { task: { policy, policyHash: await policyHash(policy), round: 1 }, leader, helper }
}
