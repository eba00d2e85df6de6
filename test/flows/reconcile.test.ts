import { expect, test } from 'vitest'
import { composeBayar } from '../../src/bayar.ts'
import type { BayarOptions } from '../../src/config.ts'
import type { Difference, ReconcileOptions } from '../../src/index.ts'
import { chargedElsewhere } from '../support/charged-elsewhere.ts'
import { type Kit, kit } from '../support/kit.ts'
import { CHARGE, pendingOrder, send } from '../support/pending-order.ts'

const GOPAY = { grossAmount: 150_000, paymentType: 'gopay' } as const

/** The days around what the test does. */
function period(test: Kit): Pick<ReconcileOptions, 'from' | 'to'> {
  const now = test.simulator.clock.now().getTime()
  return { from: new Date(now - 7 * 86_400_000), to: new Date(now + 86_400_000) }
}

async function differences(test: Kit, options: Partial<ReconcileOptions> = {}): Promise<Difference[]> {
  const rows: Difference[] = []
  for await (const row of test.bayar.reconcile({ ...period(test), ...options })) rows.push(row)
  return rows
}

const said = (rows: readonly Difference[]) =>
  rows.map(({ kind, orderId, here, there }) => [kind, orderId, here?.status ?? null, there?.status ?? null])

function loseNotices(test: Kit, orderId: string): void {
  test.simulator.faults.add({ kind: 'lose', orderId, times: 1_000 })
}

/** Everything in the schema, to see that nothing was written. */
async function everything(test: Kit): Promise<unknown> {
  const tables = await test.rows<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'bayar' order by 1`,
  )
  const all: Record<string, unknown> = {}
  for (const { name } of tables)
    all[name] = await test.rows(`select t.*, t.xmin::text from bayar.${name} t order by 1, 2`)
  return all
}

test('what agrees is no difference', async () => {
  await using test = await kit()
  await pendingOrder(test, 'PENDING')
  await pendingOrder(test, 'PAID')
  await test.pay('PAID')
  await test.bayar.payments.charge({ orderId: 'BACK', ...GOPAY })
  await test.pay('BACK')
  await test.bayar.payments.refund('BACK', { amount: 10_000 })
  await test.bayar.payments.checkout({ orderId: 'PAGE', grossAmount: 10_000 })
  await test.idle()
  expect(await differences(test)).toEqual([])
})

test('each kind of difference is found without writing anything, and with fix told to the books', async () => {
  await using test = await kit()
  for (const orderId of ['LOST', 'REVERSED', 'FORGOTTEN']) await pendingOrder(test, orderId)
  await test.bayar.payments.charge({ orderId: 'BACK', ...GOPAY })
  await test.bayar.payments.charge({
    orderId: 'RETRIED',
    grossAmount: 20_000,
    paymentType: 'bank_transfer',
    bank: 'permata',
  })
  await test.idle()
  for (const orderId of ['BACK', 'RETRIED']) await test.pay(orderId)
  for (const orderId of ['LOST', 'BACK', 'RETRIED']) loseNotices(test, orderId)
  await test.simulator.pay('LOST')
  await test.simulator.refund('BACK', { amount: 40_000 })
  await test.simulator.reverse('RETRIED')
  await chargedElsewhere(test, 'ELSEWHERE')
  await test.simulator.pay('ELSEWHERE')
  await test.idle()

  const before = await everything(test)
  const found = await differences(test)
  expect(said(found)).toEqual([
    ['status_differs', 'LOST', 'pending', 'settled'],
    ['refunds_differ', 'BACK', 'settled', 'partially_refunded'],
    ['status_differs', 'RETRIED', 'settled', 'reversed'],
    ['foreign_notice', 'ELSEWHERE', null, 'settlement'],
  ])
  expect(found[1]!.there).toEqual({ status: 'partially_refunded', amount: 150_000, givenBack: 40_000 })
  expect(await everything(test)).toEqual(before)

  const fixed = await differences(test, { fix: true })
  expect(fixed.map(({ orderId, isFixed, after }) => [orderId, isFixed, after?.status ?? null])).toEqual([
    ['LOST', true, 'settled'],
    ['BACK', true, 'partially_refunded'],
    ['RETRIED', true, 'reversed'],
    ['ELSEWHERE', false, null],
  ])
  await test.idle()
  expect(test.told('LOST')).toEqual(['payment.received', 'payment.settled'])
  expect(test.told('BACK')).toEqual(['payment.received', 'payment.settled', 'payment.refunded'])
  expect(test.told('RETRIED')).toEqual(['payment.received', 'payment.settled', 'payment.reversed'])
  expect(said(await differences(test))).toEqual([['foreign_notice', 'ELSEWHERE', null, 'settlement']])
})

test('money that only a forged notice tells of is found, and only a person undoes it', async () => {
  await using test = await kit()
  const named = await pendingOrder(test, 'FORGED')
  await send(test, { ...named })
  await test.idle()
  expect((await test.bayar.payments.find('FORGED'))!.status).toBe('settled')
  for (const fix of [false, true]) {
    const [row, ...more] = await differences(test, { fix })
    expect(more).toEqual([])
    expect(row).toMatchObject({ kind: 'status_differs', orderId: 'FORGED', isFixed: false })
    expect([row!.here!.status, row!.there!.status]).toEqual(['settled', 'pending'])
  }
})

test('another amount is told, and with fix waits for a person as an open review', async () => {
  await using test = await kit()
  await pendingOrder(test, 'CHEAP')
  await test.rows(`update bayar.payments set gross_amount = 200000 where order_id = 'CHEAP'`)
  await test.rows(`update bayar.attempts set gross_amount = 200000`)
  expect(said(await differences(test))).toEqual([['amount_differs', 'CHEAP', 'pending', 'pending']])
  await differences(test, { fix: true })
  const [row] = await differences(test)
  expect(row).toMatchObject({ kind: 'open_review', orderId: 'CHEAP' })
  expect(row!.note).toContain('mismatch')
})

test('a transaction that Midtrans does not know is told', async () => {
  await using test = await kit()
  const { transaction_id } = await pendingOrder(test, 'GONE')
  await test.rows(`update bayar.payments set order_id = 'GONE-2'`)
  await test.rows(
    `update bayar.attempts set transaction_id = 'no-such-transaction' where transaction_id = $1`,
    [transaction_id],
  )
  expect(said(await differences(test))).toEqual([['unknown_at_midtrans', 'GONE-2', 'pending', null]])
})

test('a command without an answer is told, and with fix found out', async () => {
  await using test = await kit()
  test.simulator.notifications.pause()
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
  await test.bayar.payments.charge({ orderId: 'UNCLEAR', ...CHARGE })
  expect((await test.bayar.payments.find('UNCLEAR'))!.outcome).toBe('unknown')
  const found = await differences(test)
  expect(found.map(({ kind }) => kind)).toContain('outcome_unknown')
  const fixed = await differences(test, { fix: true })
  expect(fixed.every(({ isFixed }) => isFixed)).toBe(true)
  expect(await differences(test)).toEqual([])
})

test('a charge that is being answered at this moment is no difference', async () => {
  await using test = await kit()
  test.simulator.notifications.pause()
  let answer = () => {}
  const gate = new Promise<void>((resolve) => {
    answer = resolve
  })
  let made = () => {}
  const isMade = new Promise<void>((resolve) => {
    made = resolve
  })
  const other = composeBayar(
    {
      ...(test.bayar.settings as BayarOptions),
      fetch: async (input, init) => {
        const response = await test.simulator.fetch(new Request(input, init))
        made()
        await gate
        return response
      },
    },
    { waiveDurability: true },
  )
  const charging = other.payments.charge({ orderId: 'NOW', ...CHARGE })
  await isMade
  expect(await differences(test)).toEqual([])
  answer()
  await charging
  await other.close()
})

test('a page that ended without a word is found, and with fix expired', async () => {
  await using test = await kit()
  await test.bayar.payments.checkout({ orderId: 'PAGE', grossAmount: 10_000 })
  await test.simulator.clock.advance(30 * 3_600)
  expect(said(await differences(test))).toEqual([['status_differs', 'PAGE', 'created', null]])
  await differences(test, { fix: true })
  expect((await test.bayar.payments.find('PAGE'))!.status).toBe('expired')
  expect(await differences(test)).toEqual([])
})

test('money of which no notice came is seen in the balance', async () => {
  await using test = await kit()
  await pendingOrder(test, 'PAID')
  await test.pay('PAID')
  expect(await differences(test)).toEqual([])
  loseNotices(test, 'NEVER-HEARD')
  await chargedElsewhere(test, 'NEVER-HEARD', { amount: 70_000 })
  await test.simulator.pay('NEVER-HEARD')
  await test.idle()
  const [row, ...more] = await differences(test)
  expect(more).toEqual([])
  expect(row).toMatchObject({ kind: 'unknown_here', orderId: null })
  expect([row!.here!.amount, row!.there!.amount]).toEqual([150_000, 220_000])
})

test('"too many requests" slows it down and loses nothing; no answer at all is told as that', async () => {
  await using test = await kit()
  for (let index = 0; index < 20; index++) await pendingOrder(test, `ORDER-${index}`)
  loseNotices(test, 'ORDER-7')
  await test.simulator.pay('ORDER-7')
  test.simulator.faults.add({ kind: 'too_many', verb: 'status', times: 24 })
  const pauses: number[] = []
  const pause = async (seconds: number) => void pauses.push(seconds)
  expect(said(await differences(test, { pause }))).toEqual([
    ['status_differs', 'ORDER-7', 'pending', 'settled'],
  ])
  expect(pauses.length).toBeGreaterThan(0)
  expect(Math.max(...pauses)).toBeGreaterThan(1)

  test.simulator.faults.add({
    kind: 'http_error',
    verb: 'status',
    orderId: 'ORDER-3',
    status: 500,
    when: 'before',
    times: 9,
  })
  expect(said(await differences(test, { pause }))).toEqual([
    ['unanswered', 'ORDER-3', null, null],
    ['status_differs', 'ORDER-7', 'pending', 'settled'],
  ])

  test.simulator.faults.clear()
  test.simulator.faults.add({
    kind: 'http_error',
    verb: 'status',
    status: 503,
    when: 'before',
    times: 10_000,
  })
  await expect(differences(test, { pause })).rejects.toMatchObject({ code: 'gateway_unavailable' })
})

test('a period, an account and a position that cannot be are refused at once', async () => {
  await using test = await kit()
  const { from, to } = period(test)
  await expect(differences(test, { from: to, to: from })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(differences(test, { merchant: 'nobody' })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(differences(test, { after: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(differences(test, { from: new Date('nonsense') })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('killed between two pages and resumed, the report is the same; other payments of the period do not shift it', async () => {
  await using test = await kit()
  for (let index = 0; index < 230; index++) {
    await test.bayar.payments.charge({ orderId: `ORDER-${index}`, ...CHARGE })
    if (index % 10 === 0) await test.simulator.clock.advance(1)
  }
  await test.idle()
  for (let index = 0; index < 230; index += 17) {
    loseNotices(test, `ORDER-${index}`)
    await test.simulator.pay(`ORDER-${index}`)
  }
  const whole = await differences(test)
  expect(whole.length).toBe(14)

  const first: Difference[] = []
  let position: string | undefined
  const killed = test.bayar.reconcile({
    ...period(test),
    onProgress: (at) => {
      position ??= at.position
    },
  })
  for await (const row of killed) {
    // The page after the one that was finished is read already: what it told is told again.
    if (position !== undefined) break
    first.push(row)
  }
  const rest = await differences(test, { after: position! })
  expect([...first, ...rest]).toEqual(whole)
})

test('its progress counts up to the payments of the period, also when resumed', async () => {
  await using test = await kit()
  for (let index = 0; index < 120; index++)
    await test.bayar.payments.charge({ orderId: `ORDER-${index}`, ...CHARGE })
  await test.idle()
  const told: [number, number][] = []
  const positions: string[] = []
  const onProgress = ({
    compared,
    total,
    position,
  }: {
    compared: number
    total: number
    position: string
  }) => {
    told.push([compared, total])
    positions.push(position)
  }
  await differences(test, { onProgress })
  expect(told.slice(0, 2)).toEqual([
    [100, 120],
    [120, 120],
  ])
  told.length = 0
  await differences(test, { onProgress, after: positions[0]! })
  expect(told[0]).toEqual([120, 120])
})

/** Small and the same for a seed. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test.each([1, 2, 3, 4])(
  'random differences are all found, and gone after the repair (seed %i)',
  async (seed) => {
    await using test = await kit()
    const next = random(seed)
    const expected = new Map<string, string>()
    for (let index = 0; index < 40; index++) {
      const orderId = `ORDER-${index}`
      const choice = Math.floor(next() * 7)
      if (choice === 0) {
        await chargedElsewhere(test, orderId)
        if (next() < 0.5) await test.simulator.pay(orderId)
        expected.set(orderId, 'foreign_notice')
        await test.idle()
        continue
      }
      const method = choice === 5 ? { paymentType: 'echannel' as const } : { paymentType: 'gopay' as const }
      await test.bayar.payments.charge({ orderId, grossAmount: 10_000 + index, ...method })
      await test.idle()
      if (choice === 1) continue
      if (choice === 2) {
        loseNotices(test, orderId)
        await (next() < 0.5 ? test.simulator.pay(orderId) : test.simulator.expire(orderId))
        expected.set(orderId, 'status_differs')
        continue
      }
      await test.pay(orderId)
      if (choice === 3) {
        loseNotices(test, orderId)
        await test.simulator.refund(orderId, next() < 0.5 ? { amount: 1 + Math.floor(next() * 10_000) } : {})
        expected.set(orderId, 'refunds_differ')
      } else if (choice === 4) {
        await test.bayar.payments.refund(orderId, { amount: 5_000 })
        loseNotices(test, orderId)
        await test.simulator.refund(orderId, { amount: 1_000 })
        expected.set(orderId, 'refunds_differ')
      } else if (choice === 5) {
        loseNotices(test, orderId)
        await test.simulator.reverse(orderId)
        expected.set(orderId, 'status_differs')
      }
    }
    const kinds = (rows: readonly Difference[]) => new Map(rows.map(({ orderId, kind }) => [orderId!, kind]))
    expect(kinds(await differences(test))).toEqual(expected)
    await differences(test, { fix: true })
    const left = await differences(test)
    expect(left.every(({ kind }) => kind === 'foreign_notice')).toBe(true)
    // As Midtrans has it, and told to the handlers.
    await test.idle()
    for (const { orderId, transactionId, status } of test.simulator.transactions()) {
      const payment = await test.bayar.payments.find(orderId)
      if (!payment) continue
      const attempt = payment.attempts.find((one) => one.transactionId === transactionId)!
      expect([orderId, attempt.transactionStatus]).toEqual([orderId, status])
    }
  },
)
