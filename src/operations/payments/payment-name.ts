/** A payment, as everybody but the database calls it. */
export interface PaymentName {
  readonly merchant: string
  readonly orderId: string
}
