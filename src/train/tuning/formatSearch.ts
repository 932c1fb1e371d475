/** @module A search report as text for a terminal: what was tried, best first, and what came of it. */
import type { SearchReport } from './rankerSearch.ts'

export function formatSearch(report: SearchReport): string[] {
  const { method, seed, space, origins, trials, best, confirmation, adopted, reason } = report
  const names = space.map(({ name }) => name)
  const [start] = trials
  const searched = origins.slice(0, -1)
  const [last] = origins.slice(-1)
  const rows = [...trials]
    .sort((a, b) => b.difference - a.difference)
    .map((trial) => {
      const values = names.map((name) => String(trial.parameters[name]).padStart(12))
      const gains = trial['ndcg@10'].map((value) => decimal(value).padStart(12))
      const difference = `${signed(trial.difference)} ± ${trial.error.toFixed(4)}`
      return `  ${values.join('')}${gains.join('')}   ${difference}${trial === start ? '   in use' : ''}`
    })
  return [
    `${method === 'grid' ? 'grid' : 'Bayesian'} search, ${trials.length} trials, seed ${seed}; fitted before each date, asked about the time until the next`,
    `  ${names.map((name) => name.padStart(12)).join('')}${searched.map(({ at }) => at.padStart(12)).join('')}   difference (mean over shoppers, ± standard error)`,
    ...rows,
    `best: ${names.map((name) => `${name} ${best[name]}`).join(', ')}`,
    `from ${last.at} on, which the search never saw: ${signed(confirmation.difference)} ± ${confirmation.error.toFixed(4)} over what is in use`,
    `${adopted ? 'adopted' : 'not adopted'}: ${reason}`,
  ]
}

function decimal(value: number): string {
  return value.toFixed(4).replace(/^0/, '')
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`
}
