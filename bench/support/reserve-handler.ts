/** The handler of the within lane: one row of the host's own table, in the transaction that settles the payment. */
import type { WithinHandler } from '../../src/operations/events/handler-registry.ts'

export const RESERVE = 'bench-reserve'

export const RESERVATIONS = 'create table bench_reservations (order_id text primary key)'

export const reserve: WithinHandler<'payment.settled'> = ({ payment, tx }) =>
  tx.query('insert into bench_reservations (order_id) values ($1)', [payment.orderId])
