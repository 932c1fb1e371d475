import { expect, test } from 'vitest'
import { readBudget } from './budgetWish.ts'

test('a query with a budget for several people is read, in English and German', () => {
  for (const query of [
    ...['£20 for four people', '£20 for 4', '20 quid for four friends', '£20, for four'],
    ...['four gifts for £20', 'Gifts for four people under £20', '4 presents up to 20 pounds'],
    ...['20 euro für 4', '20 € für vier Leute', 'vier Geschenke für 20 €', '20,00 € für 4 Kinder'],
  ])
    expect(readBudget(query), query).toEqual({ pence: 2000, people: 4 })
  expect(readBudget('£12.50 for a friend')).toEqual({ pence: 1250, people: 1 })
})

test('a query that doesn’t name both a budget and a number of people goes to the ordinary search', () => {
  for (const query of [
    ...['', 'under £20', '£20', 'for four people', 'cards for £20', 'candles for 4', '£20 for mum'],
    ...['£20 for 4 candles', '£0 for four people', '£20 for 13 people', '£20 for 0', '4 for 20'],
  ])
    expect(readBudget(query), query).toBeNull()
})
