/**
 * @module Decides whether a press on the button "I agree" counts as consent. The window must have been large enough,
 * visible and focused for a second before the press starts. So a double click, a held key or a press that was meant for
 * another window does not count.
 */

/** Milliseconds for which the question must have been visible and focused before a press counts. */
export const READING_TIME = 1000

/** Reason why a press does not count now. `still`: the pointer was already on the button when the question appeared. */
export type Hindrance = 'small' | 'unfocused' | 'early' | 'still'

export interface PressStart {
  /** `timeStamp` of the event that starts the press, milliseconds. */
  readonly time: number
  readonly isOnAgree: boolean
  readonly device: 'key' | 'mouse' | 'touch'
  /** Id of the key or the pointer, the same until it is released. */
  readonly id: string
  /** Whether the key repeats because it is held down. */
  readonly repeats: boolean
}

/**
 * All times are `timeStamp`s of events, milliseconds, because a busy page handles events late.
 * @param obstacle returns the reason why the question can't be read now, or null
 */
export function createPressGate(obstacle: () => 'small' | 'unfocused' | null) {
  /** Time since which the question can be read; infinite while it can't be read. */
  let since = Infinity
  let hasTravelled = false
  let wasStill = false
  /** Whether the current press counts; null if there is none, e.g. if assistive technology clicks. */
  let counts: boolean | null = null
  /** Ids of the keys and pointers that are currently down. */
  const held = new Map<string, PressStart['device']>()
  const release = (ids: Iterable<string>) => {
    for (const id of ids) held.delete(id)
    if (held.size === 0) counts = null
  }

  const gate = {
    /** @returns the reason why a press does not count now; null if the press counts */
    hindrance(time: number): Hindrance | null {
      const now = obstacle()
      if (now !== null) since = Infinity
      else if (since === Infinity) since = time
      if (now !== null) return now
      if (time - since < READING_TIME) return 'early'
      return wasStill && !hasTravelled ? 'still' : null
    },
    /** Restarts the waiting time, because the window came to the front, lost the focus or changed its size. */
    restart(time: number) {
      since = time
    },
    /** To be called when the mouse moves over the question, outside the agreeing button. */
    travel() {
      hasTravelled = true
    },
    start({ time, isOnAgree, device, id, repeats }: PressStart) {
      // A press outside the agreeing button also shows that the mouse has left that button.
      hasTravelled ||= device === 'mouse' && !isOnAgree
      wasStill ||= device === 'mouse' && isOnAgree && !hasTravelled
      const hindrance = gate.hindrance(time)
      // While two presses overlap, neither press counts as agreement.
      held.set(id, device)
      counts = isOnAgree && hindrance === null && !repeats && held.size === 1
      if (hindrance === 'early' || repeats) since = Math.max(since, time)
    },
    /** Ends the press of this key or pointer, after its click was reported. */
    end: (id: string) => release([id]),
    /** Releases all keys: the window lost the focus, so they could be released elsewhere without a click here. */
    leave: () => release([...held].flatMap(([id, device]) => (device === 'key' ? [id] : []))),
    /** @returns whether this click on the agreeing button counts as agreement */
    click: (time: number): boolean => gate.hindrance(time) === null && (counts ?? true),
  }
  return gate
}
