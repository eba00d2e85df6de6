/**
 * Who may go in. What the door says is held against what was paid: the paid rows of `obligations` and what the driver itself has done (a trial promised, a pause, an end); the status, the grace and the dates of the
 * subscription are not looked at, because they are what is being proved.
 */
import type { Known, Life, Town } from './town.ts'

const DAY_MS = 86_400_000
/** Three days of grace, counted from the end of a first number that lives for a day; and two and a half for charges that Midtrans never had, and for what is lost on the line and found again. */
const BEYOND_PAID_MS = 6.5 * DAY_MS
/** Three days from the moment in which the news of it comes, which may be a day late. */
const BEYOND_TAKEN_BACK_MS = 4.5 * DAY_MS

interface PaidRow {
  readonly user_id: string
  readonly subscription_id: string
  readonly collection: string
  readonly kind: string | null
  readonly period_start: Date | null
  readonly period_end: Date | null
  readonly created_at: Date
}

/** `actsOf`: what a customer has done so far, for whoever reads why this failed. */
export async function lookAt(
  town: Town,
  looks: readonly number[],
  actsOf: (customer: number) => readonly string[],
): Promise<void> {
  const lives = looks.map((number) => town.lives[number]!).filter(({ known }) => known.length > 0)
  if (lives.length === 0) return
  const paid = await town.rows<PaidRow>(
    `select s.user_id, s.id as subscription_id, s.collection, o.kind, o.period_start, o.period_end, coalesce(o.created_at, s.created_at) as created_at
       from bayar.subscriptions s left join bayar.obligations o on o.subscription_id = s.id and o.status = 'paid' where s.user_id = any ($1)`,
    [lives.map(({ customer }) => customer.user)],
  )
  for (const life of lives) await look(town, life, paid, actsOf)
}

async function look(
  town: Town,
  life: Life,
  paid: readonly PaidRow[],
  actsOf: (customer: number) => readonly string[],
): Promise<void> {
  const { user } = life.customer
  const mine = paid.filter((row) => row.user_id === user)
  // Midtrans bills its own by its own clock: who may use those is its word.
  if (mine.some(({ collection }) => collection === 'native')) return
  const now = town.now()
  const ways = life.known.map((known) =>
    judge(
      known,
      mine.filter((row) => row.subscription_id === known.id),
      now,
    ),
  )
  const isIn = await town.test.bayar.subscriptions.can(user, 'export')
  const fail = (says: string) => {
    const story = { known: life.known, paid: mine, done: actsOf(life.customer.number) }
    throw new Error(`${now.toISOString()}: ${user} ${says}. ${JSON.stringify(story, null, 1)}`)
  }
  if (isIn && ways.every(({ may }) => !may)) fail('has access, and nothing is paid for it')
  if (!isIn && ways.some(({ must }) => must)) fail('has paid, and has no access')
}

function judge(known: Known, rows: readonly PaidRow[], now: Date): { may: boolean; must: boolean } {
  const cuts = [known.free?.from, ...rows.filter(isNewPeriod).map((row) => row.period_start)]
  const again = known.begunAgainAt?.getTime() ?? 0
  const cutAt = Math.max(again, ...cuts.map((at) => at?.getTime() ?? 0))
  // The difference to a dearer plan buys no days.
  const counted = rows.filter(
    (row) => (row.kind === 'period' || isNewPeriod(row)) && row.created_at.getTime() >= cutAt,
  )
  const spans = counted.map((row) => ({ from: row.period_start!, to: row.period_end! }))
  const runs = ({ from, to }: { from: Date; to: Date }) => from <= now && now < to
  const mustBe = spans.some(runs)
  if (known.free && known.free.from.getTime() >= cutAt) spans.push(known.free)
  const isPaid = spans.some(runs)
  // What was paid with the rest of another period is paid no more when that one's money was taken back.
  const isSure = mustBe || (isPaid && known.takenBackAt === null)
  const isTrial = known.trialEnd !== null && now < known.trialEnd
  const isStopped = known.isPaused || known.hasEnded
  const until = Math.max(...spans.map(({ to }) => to.getTime()), known.trialEnd?.getTime() ?? 0)
  const isLate =
    now.getTime() < until + BEYOND_PAID_MS ||
    (known.takenBackAt !== null && now.getTime() < known.takenBackAt.getTime() + BEYOND_TAKEN_BACK_MS)
  return { must: (isSure || isTrial) && !isStopped, may: (isPaid || isTrial || isLate) && !isStopped }
}

/** A change of plan to another rhythm: what was left of the period before it went into its price. */
function isNewPeriod({ kind, period_start: start, created_at: createdAt }: PaidRow): boolean {
  return kind === 'change' && start !== null && start.getTime() === createdAt.getTime()
}
