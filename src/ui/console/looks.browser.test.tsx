/** @module Tests that the style sheets of page and widgets don't change each other's elements. */

import type { Item } from '@nearside/core/catalog/item.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { PersonalizationPanel } from '../react/PersonalizationPanel.tsx'
import { PersonalizationProvider } from '../react/PersonalizationProvider.tsx'
import { createFakePersonalizer, type FakePersonalizer } from '../react/testPersonalizer.ts'
import { Recommendations } from '../react/widgets.tsx'
import { PrivacyConsole } from './PrivacyConsole.tsx'

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='
const ITEMS: readonly Item[] = [
  { id: 'tin', title: 'Cake tin', price: 4.95, currency: 'GBP', category: 'Kitchen', image: PIXEL },
  { id: 'wick', title: 'Candle', price: 1.25, currency: 'GBP', category: 'Candles', image: PIXEL },
]

/**
 * Exaggerated rules of typical themes and resets, for elements, states and positions. A widget's outermost box gets no
 * such rule, because a page may position that box and set its width.
 */
const HOSTILE = `
  article, section section { padding: 40px; background: gold; float: left }
  ul, ol, dl { margin: 3em; padding-left: 5em; list-style: square }
  main ul li { margin-bottom: 2em; border-bottom: 3px dotted red; float: left; width: 40% }
  li:first-child, li:not(:last-child), li + li { padding: 9px; background: pink }
  li::before, p::before, a::before, span::after { content: "→"; color: red }
  a, a:link, a:hover, main .content a { color: red; text-decoration: underline; border: 1px solid }
  p, main .content p, p:last-child { margin: 2em; font-size: 30px; line-height: 3; color: red }
  img { max-width: 20px; border: 5px solid red; float: right; opacity: .3 }
  span, dt, dd { display: block; font-style: italic; text-transform: uppercase; letter-spacing: 4px }
  button, button:enabled, main .content button {
    background: red; color: lime; border-radius: 0; text-transform: uppercase; width: 100%; margin: 9px
  }
  select, table, td, th, caption, label, time, code { padding: 30px; background: gold; font-size: 30px }
  td:first-child, tr:nth-child(odd) { background: pink }
`

let personalizer: FakePersonalizer
beforeEach(async () => {
  personalizer = createFakePersonalizer(ITEMS)
  await personalizer.capture({ name: 'view_item', item_id: 'wick' })
})

const sheet = document.createElement('style')
afterEach(() => sheet.remove())

/** Computed styles of every element of the widgets, except headings. */
function looksOf(container: Element): Map<string, string> {
  const looks = new Map<string, string>()
  const parts = container.querySelectorAll(
    '.ns-section .ns-list, .ns-section .ns-list *, .ns-panel *, .ns-console *',
  )
  parts.forEach((part, place) => {
    if (part.matches('h2, h3, h2 *, h3 *')) return
    for (const pseudo of [undefined, '::before', '::after']) {
      const style = getComputedStyle(part, pseudo)
      if (pseudo && style.content === 'none') continue
      for (const [name, value] of computed(style))
        looks.set(`${place} ${part.localName}.${part.className}${pseudo ?? ''} ${name}`, value)
    }
  })
  return looks
}

/**
 * Computed properties of layout and paint. Origins of transforms are left out, because they change with the height of a
 * box.
 */
function* computed(style: CSSStyleDeclaration): Generator<[string, string]> {
  const seen = new Set(['perspective-origin', 'transform-origin'])
  for (const name of style) if (!seen.has(name)) yield [name, style.getPropertyValue(name)]
}

test.each([
  ['a list', <Recommendations key="list" limit={2} />, '.ns-card-link'],
  ['the panel', <PersonalizationPanel key="panel" />, '.ns-forget'],
  [
    'the console',
    <PrivacyConsole key="console" personalizer={createFakePersonalizer(ITEMS)} items={ITEMS} />,
    '.ns-console-part',
  ],
])('%s looks the same under a hostile style sheet of the page', async (_, widget, ready) => {
  const { container } = await render(
    <main style={{ width: 900 }}>
      <div className="content">
        <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
          {widget}
        </PersonalizationProvider>
      </div>
    </main>,
  )
  await waitFor(() => expect(container.querySelector(ready)).not.toBeNull())
  for (const animation of document.getAnimations()) animation.finish()
  const before = looksOf(container)
  expect(before.size).toBeGreaterThan(1000)

  sheet.textContent = HOSTILE
  document.head.append(sheet)
  const outside = container.querySelector('main')?.appendChild(document.createElement('p'))
  expect(getComputedStyle(outside as Element).fontSize).toBe('30px')
  const after = looksOf(container)
  const changed = [...after].filter(([name, value]) => before.get(name) !== value)
  expect(changed.map(([name, value]) => `${name}: ${before.get(name)} → ${value}`)).toEqual([])
})

test('every selector of the widgets starts with one of the widgets’ classes', () => {
  const own = [...document.styleSheets].filter((one) => textOf(one).includes('.ns-'))
  expect(own.length).toBeGreaterThan(0)
  const selectors = own.flatMap((one) => selectorsOf(one.cssRules))
  expect(selectors.length).toBeGreaterThan(50)
  expect(selectors.filter((text) => !/^(:where\()?\.ns-|^:host/.test(text))).toEqual([])
})

const textOf = ({ cssRules }: CSSStyleSheet): string =>
  [...cssRules].map((rule) => rule.cssText).join('\n')

function selectorsOf(rules: CSSRuleList): string[] {
  return [...rules].flatMap((rule) => {
    if (rule instanceof CSSStyleRule) return rule.selectorText.split(/,\s*(?![^(]*\))/)
    return rule instanceof CSSMediaRule ? selectorsOf(rule.cssRules) : []
  })
}

test('a shop’s style rule with one more class overrides a widget’s rule, and the shop’s custom properties reach every widget', async () => {
  const { container } = await render(
    <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
      <div className="shop">
        <Recommendations limit={2} />
      </div>
    </PersonalizationProvider>,
  )
  await waitFor(() => expect(container.querySelector('.ns-card')).not.toBeNull())
  sheet.textContent = `
    .ns-section { --ns-line: rgb(0, 128, 0) }
    .shop .ns-card.ns-card { padding: 33px }`
  document.head.append(sheet)
  const card = getComputedStyle(container.querySelector('.ns-card') as Element)
  expect(card.borderTopColor).toBe('rgb(0, 128, 0)')
  expect(card.paddingTop).toBe('33px')
})
