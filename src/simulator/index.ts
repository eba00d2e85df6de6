/** `bayar/simulator`: a Midtrans on your own machine, for tests and for development. */
export type { Acts } from './acts.ts'
export type { SimulatorClock } from './clock.ts'
export type { Deliver } from './deliver-notification.ts'
export type { ActiveFault, Fault, FaultKind, Faults } from './faults.ts'
export type { DeliveryAttempt, NoticeState, SimulatedNotification } from './outbox.ts'
export type { SimulatedPayAccount, SimulatedPayAccounts } from './pay-account-acts.ts'
export type { SimulatedTransaction } from './show-transaction.ts'
export { createSimulator, type Simulator, type SimulatorOptions } from './simulator.ts'
