/** Of every payment of the sweep: the Midtrans that answers knows none of them. */
export const AMOUNT = 100_000
