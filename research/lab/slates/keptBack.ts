/** @module The same question of the shoppers kept back, to be asked once: all others teach. */
import { experimentOn } from './experiment.ts'

export const experiment = experimentOn(
  'the same as `slates`, of the shoppers kept back: look once',
  (choosers, isKeptBack) => [
    {
      taught: choosers.filter(({ id }) => !isKeptBack(id)),
      asked: choosers.filter(({ id }) => isKeptBack(id)),
    },
  ],
)
