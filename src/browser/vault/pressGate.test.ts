import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPressGate, type PressStart, READING_TIME } from './pressGate.ts'

const press = (time: number, changes: Partial<PressStart> = {}): PressStart => ({
  time,
  isOnAgree: true,
  device: 'touch',
  id: changes.device ?? 'touch',
  repeats: false,
  ...changes,
})

/** Press gate (decides which presses count as consent) of a question that became visible at time 0. */
function opened(obstacle: () => 'small' | 'unfocused' | null = () => null) {
  const gate = createPressGate(obstacle)
  gate.hindrance(0)
  return gate
}

test('a press counts only after the question was open for a second', () => {
  const gate = opened()
  expect(gate.hindrance(999)).toBe('early')
  expect(gate.hindrance(1000)).toBeNull()
  gate.start(press(1000))
  expect(gate.click(1050)).toBe(true)
})

test('a press that starts too early does not count, however long it is held, and restarts the waiting time', () => {
  const gate = opened()
  gate.start(press(900))
  expect(gate.click(3000)).toBe(false)
  gate.end('touch')
  gate.start(press(1899))
  expect(gate.click(1899)).toBe(false)
  gate.end('touch')
  gate.start(press(2899))
  expect(gate.click(2899)).toBe(true)
})

test('presses less than a second apart never count as agreement, however many there are', () => {
  const gaps = fc.array(fc.double({ min: 0, max: 999, noNaN: true }), { maxLength: 200 })
  fc.assert(
    fc.property(gaps, (gaps) => {
      const gate = opened()
      let now = 0
      for (const gap of gaps) {
        now += gap
        gate.start(press(now))
        expect(gate.click(now)).toBe(false)
        gate.end('touch')
      }
    }),
  )
})

test('a held key does not count as agreement, even if it is released late', () => {
  const gate = opened()
  for (let time = 500; time < 5000; time += 30) {
    gate.start(press(time, { device: 'key', repeats: true }))
    expect(gate.click(time)).toBe(false)
  }
  gate.end('key')
  gate.start(press(6100, { device: 'key' }))
  expect(gate.click(6100)).toBe(true)
})

test('a press that starts outside the agreeing button does not count as agreement', () => {
  const gate = opened()
  gate.start(press(2000, { isOnAgree: false }))
  expect(gate.click(2100)).toBe(false)
  gate.end('touch')
  // Assistive technology clicks without a press.
  expect(gate.click(2200)).toBe(true)
})

test('a mouse that is on the button when the question appears must leave it before a press counts', () => {
  const gate = opened()
  gate.start(press(2000, { device: 'mouse' }))
  expect(gate.click(2000)).toBe(false)
  expect(gate.hindrance(2000)).toBe('still')
  gate.end('mouse')
  gate.travel()
  expect(gate.hindrance(2500)).toBeNull()
  gate.start(press(2500, { device: 'mouse' }))
  expect(gate.click(2500)).toBe(true)
})

test('a press outside the button counts as leaving the button, even without a move event', () => {
  const gate = opened()
  gate.start(press(2000, { device: 'mouse' }))
  gate.end('mouse')
  expect(gate.hindrance(2100)).toBe('still')
  gate.start(press(2200, { device: 'mouse', isOnAgree: false }))
  gate.end('mouse')
  expect(gate.hindrance(2300)).toBeNull()
  gate.start(press(2400, { device: 'mouse' }))
  expect(gate.click(2400)).toBe(true)
})

for (const obstacle of ['small', 'unfocused'] as const)
  test(`a window that is ${obstacle} can’t agree, and the waiting time starts when the obstacle ends`, () => {
    let now: typeof obstacle | null = obstacle
    const gate = opened(() => now)
    gate.start(press(5000))
    expect(gate.click(5000)).toBe(false)
    expect(gate.hindrance(5000)).toBe(obstacle)
    gate.end('touch')
    now = null
    expect(gate.hindrance(6000)).toBe('early')
    expect(gate.hindrance(6999)).toBe('early')
    expect(gate.hindrance(7000)).toBeNull()
    gate.start(press(7000))
    // Before the click that ends the press, the obstacle returns.
    now = obstacle
    expect(gate.click(7001)).toBe(false)
  })

test('each change of focus or size restarts the waiting time', () => {
  const times = fc.array(fc.nat(20_000), { minLength: 1 })
  fc.assert(
    fc.property(times, fc.nat(20_000), (restarts, later) => {
      const gate = opened()
      const last = Math.max(...restarts)
      for (const time of restarts.sort((a, b) => a - b)) gate.restart(time)
      gate.start(press(last + later))
      expect(gate.click(last + later)).toBe(later >= READING_TIME)
    }),
  )
})

test('while a press that started too early is held down, no click counts, whatever else is pressed or released', () => {
  const ids = ['Enter', ' ', '1', '2'] as const
  const other = fc.record({
    id: fc.constantFrom(...ids),
    isOnAgree: fc.boolean(),
    device: fc.constantFrom('key', 'mouse', 'touch'),
    after: fc.integer({ min: 0, max: 3000 }),
    ends: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(other), (others) => {
      const gate = opened()
      gate.start(press(500, { id: 'early' }))
      let time = 500
      for (const { id, isOnAgree, device, after, ends } of others) {
        time += after
        if (ends) gate.end(id)
        else gate.start(press(time, { id, isOnAgree, device }))
        expect(gate.click(time)).toBe(false)
      }
      gate.end('early')
      for (const id of ids) gate.end(id)
      gate.start(press(time + READING_TIME, { id: 'late', device: 'touch' }))
      expect(gate.click(time + READING_TIME)).toBe(gate.hindrance(time + READING_TIME) === null)
    }),
  )
})

test('a key released in another window does not block the next press', () => {
  const gate = opened()
  gate.start(press(2000, { device: 'key', isOnAgree: false }))
  gate.leave()
  gate.restart(2100)
  gate.start(press(3100))
  expect(gate.click(3100)).toBe(true)
})
