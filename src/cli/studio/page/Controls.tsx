/** @module Chooses whose lists the studio shows: a shopper, a page, a context and a day. */
import type { Rule } from '@nearside/core/rules/rule.ts'
import { type ComponentProps, type ReactNode, useId, useState } from 'react'
import type { Place } from '../edits.ts'
import type { View } from '../preview.ts'
import type { Products } from './describe.ts'

/** View with a day instead of a time; an empty day is today. */
export type Shown = Omit<View, 'time'> & { readonly day: string }

const MOST_FOUND = 8

interface PickerProps {
  readonly label: string
  readonly products: Products
  readonly onPick: (id: string) => void
}

/** Finds products by words of their titles, or by their id. */
function Picker({ label, products, onPick }: PickerProps) {
  const [query, setQuery] = useState('')
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = ({ id, title = '' }: Products['items'][number]) =>
    words.every((word) => `${title} ${id}`.toLowerCase().includes(word))
  const found = words.length > 0 ? products.items.filter(fits).slice(0, MOST_FOUND) : []
  return (
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
                  onPick(id)
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
  )
}

/** Product that can be taken away again. */
export function Chip({
  title,
  onRemove,
}: {
  readonly title: string
  readonly onRemove: () => void
}) {
  return (
    <li className="chip">
      {title}
      <button type="button" aria-label={`Remove ${title}`} onClick={onRemove}>
        ×
      </button>
    </li>
  )
}

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

export function Select(props: FieldProps & { readonly children: ReactNode }) {
  const { label, value, onChange, children } = props
  const id = useId()
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </div>
  )
}

export const Options = ({ of }: { readonly of: readonly string[] }) =>
  of.map((one) => (
    <option key={one} value={one}>
      {one}
    </option>
  ))

interface ControlsProps {
  readonly products: Products
  readonly rules: readonly Rule[]
  readonly shown: Shown
  readonly setShown: (shown: Shown) => void
  readonly reach: Place['reach']
  readonly setReach: (reach: Place['reach']) => void
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
  return (
    <section aria-labelledby="view" className="controls">
      <h2 id="view">Whose lists</h2>
      <div>
        <Picker
          label="A shopper who looked at"
          products={products}
          onPick={(id) =>
            setShown({ ...shown, looked: [...looked.filter((one) => one !== id), id] })
          }
        />
        {looked.length === 0 ? (
          <p>Nothing yet: a new visitor.</p>
        ) : (
          <ul className="chips" aria-label="Products that the shopper looked at">
            {looked.map((id) => (
              <Chip
                key={id}
                title={products.titleOf(id)}
                onRemove={() => setShown({ ...shown, looked: looked.filter((one) => one !== id) })}
              />
            ))}
          </ul>
        )}
      </div>
      <div>
        <Picker
          label="The page of a product"
          products={products}
          onPick={(id) => setShown({ ...shown, about: id })}
        />
        {about === undefined ? (
          <p>No product: the home page.</p>
        ) : (
          <ul className="chips" aria-label="Product of the page">
            <Chip
              title={products.titleOf(about)}
              onRemove={() => setShown({ ...shown, about: undefined })}
            />
          </ul>
        )}
      </div>
      {pages.length > 0 && (
        <Select
          label="Name of the page"
          value={page}
          onChange={(chosen) => setShown({ ...shown, page: chosen || undefined })}
        >
          <option value="">None</option>
          <Options of={pages} />
        </Select>
      )}
      {contexts.length > 0 && (
        <Select
          label="Context"
          value={name ? `${name}=${value}` : ''}
          onChange={(chosen) => {
            const [, key, given] = /^(.*?)=(.*)$/.exec(chosen) ?? []
            setShown({ ...shown, context: key ? { [key]: given } : {} })
          }}
        >
          <option value="">None</option>
          <Options of={[...new Set(contexts)]} />
        </Select>
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
        onChange={(chosen) => setReach(chosen as Place['reach'])}
      >
        <option value="here">this list</option>
        <option value="kind">all lists of its kind</option>
        <option value="all">all lists</option>
      </Select>
    </section>
  )
}
