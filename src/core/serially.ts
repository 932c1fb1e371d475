/** @module Runs asynchronous steps one after another, so that no step sees the intermediate state of another step. */

export function serially(): <T>(step: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (step) => {
    const turn = last.then(step)
    last = turn.catch(() => undefined)
    return turn
  }
}
