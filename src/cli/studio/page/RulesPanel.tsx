/**
 * @module Shows the rules in order, their schedules, the findings of the check, and how many hits each rule costs on
 * held-out shoppers.
 */
import type { Rule } from '@nearside/core/rules/rule.ts'
import type { RuleCosts } from '@nearside/evaluate/ruleCosts.ts'
import { useEffect, useRef, useState } from 'react'
import type { Previewed } from '../app.ts'
import { dropId, scheduled } from '../edits.ts'
import { Chips, Input } from './Controls.tsx'
import type { Calls } from './calls.ts'
import { effectOf, idsOf, type Products, reachOf } from './describe.ts'
import type { Edit } from './ListPair.tsx'
import { RuleForm } from './RuleForm.tsx'

interface PanelProps {
  readonly calls: Calls
  readonly products: Products
  readonly rules: readonly Rule[]
  readonly edit: Edit
  readonly findings: Previewed['findings']
}

export function RulesPanel({ calls, products, rules, edit, findings }: PanelProps) {
  const costs = useCosts(calls, rules)
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">Rules</h2>
      {findings.length > 0 && (
        <ul className="findings" aria-label="What the check found">
          {findings.map(({ level, text }) => (
            <li key={text} className={level === 'error' ? 'fault' : ''}>
              {level === 'error' ? 'Error' : 'Note'}: {text}
            </li>
          ))}
        </ul>
      )}
      {rules.length === 0 && <p>No rules yet. Move a product in a list above, or add a rule.</p>}
      <ol className="rules" aria-label="Rules of the shop">
        {/* A rule has no id; only its place in the file tells two equal rules apart. */}
        {[...rules.keys()].map((at) => (
          <RuleRow
            key={at}
            {...{ products, at, rules, edit }}
            rule={rules[at]}
            cost={costs.textOf(at)}
          />
        ))}
      </ol>
      <div className="row">
        <button type="button" disabled={rules.length === 0 || costs.isRunning} onClick={costs.run}>
          Measure what the rules cost
        </button>
        {costs.isRunning && (
          <button type="button" onClick={costs.stop}>
            Stop
          </button>
        )}
        <p role="status" className={costs.isWrong ? 'fault' : ''}>
          {costs.said}
        </p>
      </div>
      <RuleForm
        products={products}
        onAdd={(rule) => edit([...rules, rule], `${rule.name}: added.`)}
      />
    </section>
  )
}

function points(share: number): string {
  const text = Math.abs(100 * share).toFixed(1)
  return Number(text) === 0 ? text : `${share > 0 ? '+' : '−'}${text}`
}

/** Measures the rules; a result is valid only for exactly the rules that were measured. */
function useCosts(calls: Calls, rules: readonly Rule[]) {
  const [found, setFound] = useState<{ of: readonly Rule[]; costs: RuleCosts } | null>(null)
  const [said, setSaid] = useState({ text: '', isWrong: false })
  const [running, setRunning] = useState<AbortController | null>(null)
  const newest = useRef(running)
  newest.current = running
  useEffect(() => () => newest.current?.abort(), [])
  async function run() {
    const abort = new AbortController()
    setRunning(abort)
    setSaid({ text: 'Reading the shop’s log …', isWrong: false })
    try {
      const onProgress = (share: number) =>
        setSaid({ text: `Replaying shoppers: ${Math.floor(100 * share)} %`, isWrong: false })
      setFound({ of: rules, costs: await calls.costs(rules, onProgress, abort.signal) })
    } catch (error) {
      const text = abort.signal.aborted ? 'Stopped.' : (error as Error).message
      setSaid({ text, isWrong: !abort.signal.aborted })
      setFound(null)
    }
    setRunning(null)
  }
  const isFresh = found?.of === rules
  const costOf = (at: number) => {
    const cost = isFresh ? found.costs.rules.find(({ rule }) => rule === at) : undefined
    if (!cost) return ''
    const { value, lo, hi } = cost.difference
    return `${points(value)} points, 95 % interval ${points(lo)} to ${points(hi)}; changes ${Math.round(100 * cost.changed)} % of lists`
  }
  return {
    run,
    stop: () => running?.abort(),
    isRunning: running !== null,
    isWrong: said.isWrong,
    textOf: (at: number) =>
      costOf(at) ||
      (isFresh ? 'Not measured: it doesn’t act on the list “For you” as a whole' : ''),
    said:
      running || !found
        ? said.text
        : isFresh
          ? `Without rules, ${(100 * found.costs.without.value).toFixed(1)} % of lists of ten had a product that the shopper bought next (${found.costs.shoppers} held-out shoppers, ${found.costs.cases} orders). All rules together: ${costOf(-1)}. Each rule counts as if it applied at all times and on every page.`
          : 'The rules have changed since they were measured.',
  }
}

interface RowProps extends Pick<PanelProps, 'products' | 'rules' | 'edit'> {
  readonly rule: Rule
  readonly at: number
  readonly cost: string
}

/** Devices read a rule's days in UTC, wherever the shop and the shopper are. */
const LABELS = { from: 'From (UTC)', until: 'Until (UTC)' } as const

function RuleRow({ products, rule, at, rules, edit, cost }: RowProps) {
  const { name, when = {} } = rule
  // A time with a zone is shown as its day, and stays as it is until the user chooses another day.
  const days = { from: when.from?.slice(0, 10) ?? '', until: when.until?.slice(0, 10) ?? '' }
  const schedule = (end: 'from' | 'until', day: string) => {
    const kept = { from: when.from ?? '', until: when.until ?? '', [end]: day }
    edit(rules.with(at, scheduled(rule, kept)), `${name}: schedule changed.`)
  }
  const remove = () => edit(rules.toSpliced(at, 1), `${name}: removed.`)
  return (
    <li className="row">
      <div className="product">
        <b>{name}</b>
        <p>
          {effectOf(rule)}. {reachOf(rule, products)}.
        </p>
        <Chips
          {...{ products, ids: idsOf(rule) }}
          label={`Products of ${name}`}
          onRemove={(id) =>
            edit(rules.toSpliced(at, 1, ...dropId(rule, id)), `${products.titleOf(id)}: removed.`)
          }
        />
        {cost && <p className="cost">Effect: {cost}.</p>}
      </div>
      {(['from', 'until'] as const).map((end) => (
        <Input
          key={end}
          label={LABELS[end]}
          aria-label={`${LABELS[end]}: ${name}`}
          type="date"
          value={days[end]}
          onChange={(day) => schedule(end, day)}
        />
      ))}
      <button type="button" onClick={remove} aria-label={`Remove the rule ${name}`}>
        Remove
      </button>
    </li>
  )
}
