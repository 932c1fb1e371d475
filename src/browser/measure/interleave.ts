/**
 * @module Interleaving: one list mixes the personal ranking and the base ranking, like two teams that pick in turn.
 * Clicks show which team picked better. Interleaving needs far fewer shoppers than a hold-out.
 * @see https://doi.org/10.1145/1458082.1458092 (Radlinski, Kurup, Joachims 2008)
 */
import { isRecord } from '@nearside/core/isRecord.ts'
import type {
  ListAnswer,
  ListOptions,
  ListQuery,
  Recommendation,
} from '@nearside/core/ranking/apiLists.ts'
import type { Personalizer } from '../api.ts'
import type { Team } from '../apiSnapshot.ts'
import { byCrypto, type TrialOptions, trialStorage, withTrial } from './trial.ts'

/** Result of `interleave`, for the React provider and for `measureLists`. */
export interface Interleaved extends Personalizer {
  /** Callbacks through which `measureLists` reports lists in view and clicks. */
  readonly teams: {
    shown(list: string, items: readonly { readonly id: string }[]): void
    /** Returns the team that picked the item; null if the list wasn't interleaved. */
    clicked(list: string, item: string): Team | null
  }
  /** Number of lists seen so far that each team won (its items got more clicks), and number of ties. */
  wins(): { readonly personal: number; readonly base: number; readonly ties: number }
}

type Wins = ReturnType<Interleaved['wins']>

const KEY = 'nearside.interleaving'
const NONE: Wins = { personal: 0, base: 0, ties: 0 }
/** Maximum number of lists remembered until they come into view. */
const MOST_LISTS = 20

/**
 * Wraps a personalizer: `recommend` (and its `watch`) mixes the personal and the base ranking. Lists of viewed or
 * bought items, and lists about an item, stay as they are. The counts stay in this browser; `erase` deletes them. The
 * shop's sink, a callback for measurements, gets the team of each clicked item. If the browser can't store the counts,
 * lists are not interleaved.
 * @example
 * const personalizer = interleave(await createPersonalizer(options), { name: 'autumn' })
 * const measure = measureLists(personalizer, toGa4(send))
 */
export function interleave(personalizer: Personalizer, options: TrialOptions): Interleaved {
  const { name, draw = byCrypto } = options
  const storage = trialStorage(personalizer, options.storage, KEY)
  const read = (): Wins => {
    const kept = storage?.read()
    if (!isRecord(kept) || kept.name !== name) return NONE
    const many = (of: keyof Wins) => (Number.isSafeInteger(kept[of]) ? Number(kept[of]) : 0)
    return { personal: many('personal'), base: many('base'), ties: many('ties') }
  }
  const takesPart = storage?.write({ name, ...read() }) ?? false
  const trial = takesPart ? ({ name, share: 1, arm: 'interleaved' } as const) : null
  const made: ReadonlyMap<string, Team>[] = []
  /** For each list that has come into view, the team of each item and the number of clicks on each team's items. */
  const seen = new Map<
    string,
    { teams: ReadonlyMap<string, Team>; personal: number; base: number }
  >()
  const applies = (given: ListOptions = {}) =>
    takesPart && given.order !== 'base' && given.from !== 'viewed' && given.from !== 'bought'

  function mix(
    own: readonly Recommendation[],
    everybodys: readonly Recommendation[],
    coins: boolean[],
  ): readonly Recommendation[] {
    const { list, teams } = teamDraft(own, everybodys, (round) => {
      coins[round] ??= draw() < 0.5
      return coins[round]
    })
    made.push(teams)
    if (made.length > MOST_LISTS) made.shift()
    return list
  }

  function count(change: Partial<Record<keyof Wins, number>>): void {
    const now = read()
    const sum = (of: keyof Wins) => now[of] + (change[of] ?? 0)
    storage?.write({ name, personal: sum('personal'), base: sum('base'), ties: sum('ties') })
  }

  function watch(query: ListQuery, listener: (answer: ListAnswer) => void): () => void {
    if (query.kind !== 'recommend' || !applies(query.options))
      return personalizer.watch(query, listener)
    // Each round's coin is tossed once per watch, so that the list doesn't change by chance.
    const coins: boolean[] = []
    const lists: Partial<Record<Team, readonly Recommendation[]>> = {}
    const follow = (team: Team, asked: ListQuery) =>
      personalizer.watch(asked, (answer) => {
        if ('error' in answer) return listener(answer)
        lists[team] = answer.items
        if (lists.personal && lists.base)
          listener({ items: mix(lists.personal, lists.base, coins) })
      })
    const ends = [
      follow('personal', query),
      follow('base', { ...query, options: { ...query.options, order: 'base' } }),
    ]
    return () => {
      for (const end of ends) end()
    }
  }

  return {
    ...withTrial(personalizer, trial, storage),
    async recommend(given) {
      if (!applies(given)) return personalizer.recommend(given)
      const [own, everybodys] = await Promise.all([
        personalizer.recommend(given),
        personalizer.recommend({ ...given, order: 'base' }),
      ])
      return mix(own, everybodys, [])
    },
    watch,
    teams: {
      shown(list, items) {
        const teams = made.findLast((one) => items.every(({ id }) => one.has(id)))
        if (!teams || items.length === 0) return void seen.delete(list)
        seen.set(list, { teams, personal: 0, base: 0 })
        count({ ties: 1 })
      },
      clicked(list, item) {
        const one = seen.get(list)
        const team = one?.teams.get(item)
        if (!one || !team) return null
        const before = winner(one)
        one[team]++
        const after = winner(one)
        if (before !== after) count({ [before]: -1, [after]: 1 })
        return team
      },
    },
    wins: read,
  }
}

const winner = ({ personal, base }: Record<Team, number>): keyof Wins =>
  personal === base ? 'ties' : personal > base ? 'personal' : 'base'

/** Team draft: each round a coin decides which team picks first; each team takes its best item not yet picked. */
function teamDraft(
  own: readonly Recommendation[],
  everybodys: readonly Recommendation[],
  isOwnFirst: (round: number) => boolean,
) {
  const length = Math.max(own.length, everybodys.length)
  const lists = { personal: own, base: everybodys }
  const teams = new Map<string, Team>()
  const picked: Recommendation[] = []
  for (let round = 0; picked.length < length; round++)
    for (const team of isOwnFirst(round) ? TEAMS : [...TEAMS].reverse()) {
      const pick = lists[team].find(({ id }) => !teams.has(id))
      if (!pick || picked.length === length) continue
      teams.set(pick.id, team)
      picked.push({ ...pick, rank: picked.length + 1 })
    }
  return { list: picked, teams }
}

const TEAMS: readonly Team[] = ['personal', 'base']
