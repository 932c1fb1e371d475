import { expect, it } from 'vitest'
import streams from '../../src/core/personal/drift/streams.fixture.json' with { type: 'json' }
import { createDdm, updateDdm } from './ddm.ts'

const errors = [...streams.errors].map((digit) => digit === '1')

it('DDM gives the indices that river documents: warning 1084, drift 1334, warning 1492', () => {
  const state = createDdm()
  const said: string[] = []
  let warned = false
  errors.forEach((isError, index) => {
    const found = updateDdm(state, isError)
    if (found === 'warning' && !warned) said.push(`warning ${index}`)
    if (found === 'warning') warned = true
    if (found === 'drift') {
      said.push(`drift ${index}`)
      warned = false
    }
  })
  expect(said).toEqual(['warning 1084', 'drift 1334', 'warning 1492'])
})
