/** @module Words that shoppers use for what this shop calls otherwise. A real shop fills it from its search log. */
import type { Synonyms } from '../search.ts'

export const SYNONYMS: Synonyms = [
  ['christmas', 'xmas'],
  ['t-light', 'tealight', 'tea light'],
  ['notebook', 'notepad', 'jotter'],
  ['cushion', 'pillow'],
  ['mug', 'cup', 'beaker'],
  ['purse', 'wallet'],
  ['umbrella', 'parasol', 'brolly'],
  ['jewellery', 'jewelry'],
  ['backpack', 'rucksack'],
  ['doormat', 'rug', 'welcome mat'],
  ['bin', 'trash can'],
  ['spotty', 'polka dot', 'polkadot', 'spotted'],
  ['cat', 'kitten'],
  ['dog', 'puppy'],
  ['children', 'kids'],
  ['candy', 'sweets'],
  ['photo', 'picture'],
  ['plasters', 'band aid'],
]
