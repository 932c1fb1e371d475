/** @module Controls that choose the shopper, the page or search, the context and the day whose lists the studio shows. */
import type { Rule } from '@nearside/core/rules/rule.ts'
import { type ComponentProps, useId, useState } from 'react'
import type { Place } from '../edits.ts'
import type { View } from '../preview.ts'
import type { Products } from './describe.ts'

/** View with a day instead of a time; an empty day stands for now. */
export type Shown = Omit<View, 'time'> & { readonly day: string }

const MOST_FOUND = 8

interface PickerProps {
  readonly label: string
  readonly products: Products
  /** Label of the list of chosen products. */
  readonly chosen: string
  /** Text that replaces the list while no product is chosen. */
  readonly none: string
  /** Ids of the chosen products, latest last. */
  readonly ids: readonly string[]
  readonly setIds: (ids: readonly string[]) => void
}

/** Field that finds products by their titles and ids, and list of the chosen products. */
function Picker({ label, products, chosen, none, ids, setIds }: PickerProps) {
  const [query, setQuery] = useState('')
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = ({ id, title = '' }: Products['items'][number]) =>
    words.every((word) => `${title} ${id}`.toLowerCase().includes(word))
  const found = words.length > 0 ? products.items.filter(fits).slice(0, MOST_FOUND) : []
  const without = (id: string) => ids.filter((one) => one !== id)
  return (
    <div>
      <div className="picker">
        <Input
          {...{ label, value: query, onChange: setQuery }}
          type="search"
          placeholder="Title or id"
        />
        {words.length > 0 && found.length === 0 && <p role="status">No product has these words.</p>}
        {found.length > 0 && (
          <ul aria-label={`${label}: products found`}>
            {found.map(({ id, title = id }) => (
              <li key={id}>
                <button
                  type="button"
                  onClick={() => {
                    setIds([...without(id), id])
                    setQuery('')
                  }}
                >
                  {title} <small>{id}</small>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
      {ids.length === 0 && <p>{none}</p>}
      <Chips {...{ products, ids }} label={chosen} onRemove={(id) => setIds(without(id))} />
    </div>
  )
}

interface ChipsProps extends Pick<PickerProps, 'label' | 'products' | 'ids'> {
  readonly onRemove: (id: string) => void
}

export const Chips = ({ label, products, ids, onRemove }: ChipsProps) =>
  ids.length > 0 && (
    <ul className="chips" aria-label={label}>
      {ids.map((id) => (
        <li key={id} className="chip">
          {products.titleOf(id)}
          <button
            type="button"
            aria-label={`Remove ${products.titleOf(id)}`}
            onClick={() => onRemove(id)}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  )

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

type InputProps = FieldProps & Omit<ComponentProps<'input'>, keyof FieldProps>

export const Input = ({ label, onChange, ...rest }: InputProps) => (
  <label>
    {label}
    <input {...rest} onChange={(event) => onChange(event.target.value)} />
  </label>
)

interface SelectProps extends FieldProps {
  /** Values of the options, or their texts by value. */
  readonly options: readonly string[] | Readonly<Record<string, string>>
  /** Text of the empty value; absent if there is none. */
  readonly empty?: string
}

export function Select({ label, value, onChange, options, empty }: SelectProps) {
  const id = useId()
  const texts = Array.isArray(options) ? options.map((one) => [one, one]) : Object.entries(options)
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {empty !== undefined && <option value="">{empty}</option>}
        {texts.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}

interface ControlsProps {
  readonly products: Products
  readonly rules: readonly Rule[]
  readonly shown: Shown
  readonly setShown: (shown: Shown) => void
  readonly reach: Place['reach']
  readonly setReach: (reach: Place['reach']) => void
}

const REACHES: Readonly<Record<Place['reach'], string>> = {
  here: 'this list',
  kind: 'all lists of its kind',
  all: 'all lists',
}

export function Controls({ products, rules, shown, setShown, reach, setReach }: ControlsProps) {
  const { looked, about, page = '', context, day } = shown
  const pages = [...new Set(rules.flatMap(({ when }) => when?.page ?? []))]
  const contexts = rules.flatMap(({ when }) =>
    Object.entries(when?.context ?? {}).flatMap(([name, values]) =>
      values.map((value) => `${name}=${value}`),
    ),
  )
  const [[name, value] = []] = Object.entries(context)
  const [query, setQuery] = useState('')
  const search = () => setShown({ ...shown, search: query.trim() || undefined })
  return (
    <section aria-labelledby="view" className="controls">
      <h2 id="view">Whose lists</h2>
      <Picker
        label="A shopper who looked at"
        chosen="Products that the shopper looked at"
        none="Nothing yet: a new visitor."
        {...{ products, ids: looked }}
        setIds={(ids) => setShown({ ...shown, looked: ids })}
      />
      <Picker
        label="The page of a product"
        chosen="Product of the page"
        none="No product: the home page."
        {...{ products, ids: about === undefined ? [] : [about] }}
        setIds={(ids) => setShown({ ...shown, about: ids.at(-1) })}
      />
      <Input
        {...{ label: 'The result of a search', value: query, onChange: setQuery }}
        type="search"
        placeholder="Query, then Enter"
        onBlur={search}
        onKeyDown={({ key }) => key === 'Enter' && search()}
      />
      {pages.length > 0 && (
        <Select
          {...{ label: 'Name of the page', empty: 'None', options: pages, value: page }}
          onChange={(chosen) => setShown({ ...shown, page: chosen || undefined })}
        />
      )}
      {contexts.length > 0 && (
        <Select
          {...{ label: 'Context', empty: 'None', options: [...new Set(contexts)] }}
          value={name ? `${name}=${value}` : ''}
          onChange={(chosen) => {
            const [, key, given] = /^(.*?)=(.*)$/.exec(chosen) ?? []
            setShown({ ...shown, context: key ? { [key]: given } : {} })
          }}
        />
      )}
      <Input
        label="On the day"
        type="date"
        value={day}
        onChange={(chosen) => setShown({ ...shown, day: chosen })}
      />
      <Select
        label="Changes in a list apply to"
        value={reach}
        options={REACHES}
        onChange={(chosen) => setReach(chosen as Place['reach'])}
      />
    </section>
  )
}
