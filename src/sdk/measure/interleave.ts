/**
 * @module A comparison within one list: the shopper's own order and everybody's pick in turn, as two teams
 * do, and what is followed says whose picks were better. It needs far fewer shoppers than a hold-out.
 * @see https://doi.org/10.1145/1458082.1458092 (Radlinski, Kurup, Joachims 2008)
 */
import { isRecord } from '../../core/isRecord.ts'
import type {
  ListAnswer,
  ListOptions,
  ListQuery,
  Recommendation,
} from '../../core/ranking/apiLists.ts'
import type { Personalizer } from '../../device/api.ts'
import type { Team } from '../../device/apiSnapshot.ts'
import { byCrypto, type TrialOptions, trialStorage, withTrial } from './trial.ts'

/** Lists that were seen, by whose picks more of were followed; a list that nobody followed anything in is a tie. */
export interface Wins {
  /** Of the shopper's own order. */
  readonly personal: number
  /** Of everybody's. */
  readonly base: number
  /** As many of one as of the other, or of neither. */
  readonly ties: number
}

/** What `interleave` gives, for the provider and for `measureLists`. */
export interface Interleaved extends Personalizer {
  /** What `measureLists` tells of lists that came into view. */
  readonly teams: {
    shown(list: string, items: readonly { readonly id: string }[]): void
    /** Whose pick it was; null for what wasn't interleaved. */
    clicked(list: string, item: string): Team | null
  }
  /** Kept in this browser alone. */
  wins(): Wins
}

const KEY = 'nearside.interleaving'
const NONE: Wins = { personal: 0, base: 0, ties: 0 }
/** Lists that are remembered until they come into view. */
const MOST_LISTS = 20

/**
 * The same personalizer, whose `recommend` (and `watch` of it) gives the shopper's own order and
 * everybody's in turn; lists of what was viewed or bought stay, and lists about an item. The counts
 * stay in this browser; a sink hears of each item that was followed whose pick it was. `erase`
 * deletes them. Where the browser keeps nothing, nothing is interleaved.
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
  /** By list: whose each item is, and what was followed of whom since it came into view. */
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
    // The same throughout: a list doesn't change by a coin.
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

/** Team draft: in each round a coin says who picks first, and each picks its best that nobody has. */
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
