import { expect, test } from 'vitest'
import { TEST_POLICY } from '../protocol/testPolicy.ts'
import { createRoundKeys, createSealingKey, publicHalf } from './identity.ts'
import type { RoundRecord } from './store/records.ts'

test('a round’s keys are read again after a failed read', async () => {
  const [sealingKey, other] = [await createSealingKey(), await createSealingKey()]
  const whole = {
    round: 0,
    policy: { ...TEST_POLICY, helper: { ...TEST_POLICY.helper, sealing: publicHalf(other) } },
    policyHash: '00'.repeat(32),
    sealingKey,
  } as RoundRecord
  const keysOf = createRoundKeys('helper')
  const damaged = { ...whole, sealingKey: sealingKey.slice(1) }
  await expect(keysOf(damaged)).rejects.toThrow('The stored keys are damaged')
  await expect(keysOf(whole)).resolves.toHaveProperty('verify')
})
