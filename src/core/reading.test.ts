import { expect, test } from 'vitest'
import { createReaders } from './reading.ts'

const { exactly, number } = createReaders((what, why) => new Error(`${what}: ${why}`))

test.each(['', 'constructor', 'toString', '__proto__', 'other'])(
  'exactly refuses the unknown field %j',
  (name) => {
    const value = JSON.parse(`{"known":1,${JSON.stringify(name)}:2}`)
    expect(() => exactly({ known: number() })(value, 'it')).toThrow('unknown field')
  },
)
