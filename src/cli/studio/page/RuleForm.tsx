/** @module Form of a new rule that selects products by category, brand, price or an attribute, or leads to a page. */
import { isBadge } from '@nearside/core/catalog/item.ts'
import { isOwnPath } from '@nearside/core/rules/ownPath.ts'
import type { Rule, RuleItems } from '@nearside/core/rules/rule.ts'
import { type FormEvent, useState } from 'react'
import { type Act, conditional, FACTOR, newRule } from '../edits.ts'
import { Input, Select } from './Controls.tsx'
import { LISTS, type Products } from './describe.ts'

const LABELS: Readonly<Record<Act | 'redirect', string>> = {
  hide: 'Hide',
  only: 'Keep only',
  boost: 'Boost',
  bury: 'Bury',
  again: 'Offer again',
  badge: 'Show a badge',
  redirect: 'Lead a search to a page',
}

const EMPTY = {
  category: '',
  brand: '',
  attribute: '',
  value: '',
  from: '',
  to: '',
  name: '',
  text: '',
  queries: '',
  path: '',
}

interface FormProps {
  readonly products: Products
  readonly onAdd: (rule: Rule) => void
}

export function RuleForm({ products, onAdd }: FormProps) {
  const [act, setAct] = useState<keyof typeof LABELS>('boost')
  const [list, setList] = useState('')
  const [by, setBy] = useState(`${FACTOR}`)
  const [given, setGiven] = useState(EMPTY)
  const [fault, setFault] = useState('')
  const set = (field: keyof typeof EMPTY) => (value: string) => {
    setGiven({ ...given, [field]: value, ...(field === 'attribute' && { value: '' }) })
  }
  const { category, brand, attribute, value, from, to, name, text, path } = given
  const queries = given.queries
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
  const leads = act === 'redirect'
  const isForSearch = leads || list === 'search'
  function add(event: FormEvent) {
    event.preventDefault()
    if (isForSearch && queries.length === 0) return setFault('Enter at least one query.')
    if (isForSearch && act === 'again') return setFault('A search offers everything again anyway.')
    if (isForSearch && act === 'badge') return setFault('Search results show no badges of rules.')
    const search = { when: { search: queries } }
    if (leads) {
      if (!isOwnPath(path)) return setFault('Enter a path of the shop, such as /returns.')
      return done({ name: name || `Search: ${queries[0]}`, ...search, redirect: path })
    }
    const items: RuleItems = {
      ...(category && { category: [category] }),
      ...(brand && { brand: [brand] }),
      ...((from || to) && { price: { ...(from && { from: +from }), ...(to && { to: +to }) } }),
      ...(attribute && value && { attributes: { [attribute]: [value] } }),
    }
    if (Object.keys(items).length === 0)
      return setFault('Choose a category, a brand, a price or an attribute.')
    if (act === 'badge' && !isBadge(text))
      return setFault('The badge must begin with a character and have at most 24.')
    const named = [act === 'badge' ? text : LABELS[act], category, brand, value]
      .filter(Boolean)
      .join(' ')
    const rule = newRule(act, items, name || named, { by: +by, text })
    const lists = list === '' ? undefined : { list: [list as 'recommend'] }
    done(conditional(rule, isForSearch ? search.when : lists))
  }
  function done(rule: Rule) {
    onAdd(rule)
    setGiven(EMPTY)
    setFault('')
  }
  const isWeighed = act === 'boost' || act === 'bury'
  const price = { type: 'number', min: '0', step: 'any' }
  return (
    <form className="controls" onSubmit={add} aria-labelledby="add">
      <h3 id="add">Add a rule for many products</h3>
      <Select
        {...{ label: 'What it does', options: LABELS, value: act }}
        onChange={(chosen) => setAct(chosen as typeof act)}
      />
      {isWeighed && (
        <Input
          {...{ label: 'Factor on the odds', value: by, onChange: setBy, required: true }}
          {...{ ...price, min: '1.1' }}
        />
      )}
      {act === 'badge' && (
        <Input label="Text of the badge" value={text} onChange={set('text')} required />
      )}
      {leads ? (
        <Input label="Page" value={path} onChange={set('path')} placeholder="/returns" required />
      ) : (
        <>
          <Select
            {...{ label: 'Category', empty: 'Any', options: products.category, value: category }}
            onChange={set('category')}
          />
          <Select
            {...{ label: 'Brand', empty: 'Any', options: products.brand, value: brand }}
            onChange={set('brand')}
          />
          {products.attributes.size > 0 && (
            <Select
              {...{ label: 'Attribute', empty: 'None', value: attribute }}
              options={[...products.attributes.keys()]}
              onChange={set('attribute')}
            />
          )}
          {attribute && (
            <Select
              {...{ label: 'Its value', empty: 'Choose', value }}
              options={products.attributes.get(attribute) ?? []}
              onChange={set('value')}
            />
          )}
          <Input {...price} label="Price from" value={from} onChange={set('from')} />
          <Input {...price} label="Price to" value={to} onChange={set('to')} />
          <Select
            {...{ label: 'In the lists', empty: 'All lists', options: LISTS, value: list }}
            onChange={setList}
          />
        </>
      )}
      {isForSearch && (
        <Input
          label="Queries, separated by commas"
          value={given.queries}
          onChange={set('queries')}
          required
        />
      )}
      <Input label="Name of the rule" value={name} onChange={set('name')} />
      <button type="submit">Add the rule</button>
      {fault && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
    </form>
  )
}
