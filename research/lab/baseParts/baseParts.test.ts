import { selectCases } from '@nearside/evaluate/cases.ts'
import { testInput, testShop } from '@nearside/evaluate/testShop.ts'
import { expect, it } from 'vitest'
import { prepareScoring, scoreParts } from './experiment.ts'

it('the parts of the base model’s scores, from encoder and features, add up to the scores', () => {
  const input = testInput(testShop(), { protocol: 'leave-one-out' })
  const scoring = prepareScoring(input)
  for (const one of selectCases(input).flat().slice(0, 5)) {
    const scores = scoreParts(scoring, one)
    scores['base-fresh'].forEach((base, i) => {
      expect(scores.encoder[i] + scores.features[i]).toBeCloseTo(base, 4)
    })
  }
})
