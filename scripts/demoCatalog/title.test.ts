import { PhraseIndex, toPhrase } from '@nearside/storefront/headPhrase.ts'
import { describe, expect, test } from 'vitest'
import { readableTitle } from './title.ts'

describe('readableTitle', () => {
  const words = new Map([
    ['neckl', 'necklace'],
    ['polkadot', 'polka dot'],
    ['ac', 'AC'],
  ])
  test.each([
    ['WHITE HANGING HEART T-LIGHT HOLDER', 'White Hanging Heart T-Light Holder'],
    ['SET/3 VANILLA SCENTED CANDLE IN BOX', 'Set of 3 Vanilla Scented Candle in Box'],
    ['S/4 CACTI CANDLES', 'Set of 4 Cacti Candles'],
    ['WOOD S/3 CABINET', 'Wood Set of 3 Cabinet'],
    ['SET 12 COLOUR PENCILS', 'Set of 12 Colour Pencils'],
    ['FOLK ART GREETING CARD,pack/12', 'Folk Art Greeting Card, Pack of 12'],
    ['HEN HOUSE W CHICK STANDING', 'Hen House with Chick Standing'],
    ['ROUND PINK CLOCK W/SUCKER', 'Round Pink Clock with Sucker'],
    ['GIN + TONIC DIET METAL SIGN', 'Gin & Tonic Diet Metal Sign'],
    ['BLACK CHRISTMAS TREE 120CM', 'Black Christmas Tree 120cm'],
    ['POLYESTER FILLER PAD 60x40cm', 'Polyester Filler Pad 60x40cm'],
    ["ROLL WRAP 50'S RED CHRISTMAS", "Roll Wrap 50's Red Christmas"],
    ['3D CHRISTMAS STAMPS STICKERS ', '3D Christmas Stamps Stickers'],
    ['SET OF 10 LED DOLLY LIGHTS', 'Set of 10 LED Dolly Lights'],
    ["IF YOU CAN'T STAND THE HEAT MUG", "If You Can't Stand the Heat Mug"],
    ['LETTER "A" BLING KEY RING', 'Letter "A" Bling Key Ring'],
    ['LUNCH BAG  BLACK SKULL.', 'Lunch Bag Black Skull'],
    ['KEY FOB , SHED', 'Key Fob, Shed'],
    ['PEARL NECKL POLKADOT', 'Pearl Necklace Polka Dot'],
    ['AC SCARF', 'AC Scarf'],
    ['FLOWERS HANDBAG blue and orange', 'Flowers Handbag Blue and Orange'],
    ['High Resolution Image', 'High Resolution Image'],
    ['iPhone case with polkadot print', 'IPhone case with polka dot print'],
  ])('readableTitle turns %s into %s', (raw, title) => {
    expect(readableTitle(raw, words)).toBe(title)
  })

  test('a readable title stays as it is', () => {
    const once = readableTitle('SET/3 PINK T-LIGHT HOLDERS, 15CM W/LID')
    expect(readableTitle(once)).toBe(once)
  })
})

describe('PhraseIndex', () => {
  const index = new PhraseIndex(
    [
      ['jar', 'jar', 2],
      ['lid', 'lid', 2],
      ['t light holder', 'candle', 2],
      ['holder', 'holder', 2],
      ['christmas', 'theme', 3],
      ['heart', 'motif', 1],
      ['box', 'box', 2],
      ['cookie', 'cookie', 2],
    ].map(([text, value, rank]) => toPhrase(String(text), value, Number(rank))),
  )
  test.each([
    ['Jam Jar with Pink Lid', 'jar'],
    ['Hanging Heart T-Light Holder', 'candle'],
    ['Toothbrush Holder', 'holder'],
    ['Christmas Tree Jar', 'theme'],
    ['Pink Heart', 'motif'],
    ['Set of 3 Heart Boxes', 'box'],
    ['Cookies', 'cookie'],
    ['Umbrella', undefined],
  ])('PhraseIndex finds that %s is a %s', (title, expected) => {
    expect(index.best(title)?.value).toBe(expected)
  })
})
