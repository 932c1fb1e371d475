/**
 * @module Decides whether a press on the agreeing button counts. The window must have been large enough, visible and
 * focused for a second before the press starts. So a double click, a held key or a press that was meant for
 * another window does not agree.
 */

/** Milliseconds for which the question must have been in front. */
export const READING_TIME = 1000

/** Why a press does not count now. `still`: the pointer has been on the button since before the question came. */
export type Hindrance = 'small' | 'unfocused' | 'early' | 'still'

/** Start of a press, with a key or a pointer. */
export interface PressStart {
  /** Milliseconds. */
  readonly time: number
  readonly isOnAgree: boolean
  readonly device: 'key' | 'mouse' | 'touch'
  /** Of the key or the pointer, the same until it is released. */
  readonly id: string
  /** Whether the key was held down before. */
  readonly repeats: boolean
}

/** All times are milliseconds of the same clock, that of events: a busy page handles a press later. */
interface PressGate {
  /** @returns what hinders a press now */
  hindrance(time: number): Hindrance | null
  /** The window came to the front, lost the focus or changed its size: the second begins anew. */
  restart(time: number): void
  /** The mouse moved over the question, outside of the agreeing button. */
  travel(): void
  start(press: PressStart): void
  /** The press with this key or pointer is over, and its click was reported. */
  end(id: string): void
  /** The window lost the focus: keys may be released elsewhere, which clicks nothing here. */
  leave(): void
  /** A click on the agreeing button. @returns whether it agrees */
  click(time: number): boolean
}

/** @param obstacle what keeps the question from being read at this moment */
export function createPressGate(obstacle: () => 'small' | 'unfocused' | null): PressGate {
  let since = Number.POSITIVE_INFINITY
  let hasTravelled = false
  let wasStill = false
  /** Whether the press under way counts. Null without one, as when assistive technology clicks. */
  let counts: boolean | null = null
  /** Keys and pointers that are down. */
  const held = new Map<string, PressStart['device']>()
  const release = (ids: Iterable<string>) => {
    for (const id of ids) held.delete(id)
    if (held.size === 0) counts = null
  }

  const gate: PressGate = {
    hindrance(time) {
      const now = obstacle()
      if (now !== null) since = Number.POSITIVE_INFINITY
      else if (since === Number.POSITIVE_INFINITY) since = time
      if (now !== null) return now
      if (time - since < READING_TIME) return 'early'
      return wasStill && !hasTravelled ? 'still' : null
    },
    restart(time) {
      since = time
    },
    travel() {
      hasTravelled = true
    },
    start({ time, isOnAgree, device, id, repeats }) {
      // A press elsewhere shows as well that the mouse has left the button.
      hasTravelled ||= device === 'mouse' && !isOnAgree
      wasStill ||= device === 'mouse' && isOnAgree && !hasTravelled
      const hindrance = gate.hindrance(time)
      // Two presses at once agree to nothing until both are over.
      held.set(id, device)
      counts = isOnAgree && hindrance === null && !repeats && held.size === 1
      if (hindrance === 'early' || repeats) since = Math.max(since, time)
    },
    end(id) {
      release([id])
    },
    leave() {
      release([...held].flatMap(([id, device]) => (device === 'key' ? [id] : [])))
    },
    click: (time) => gate.hindrance(time) === null && (counts ?? true),
  }
  return gate
}
