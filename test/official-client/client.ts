import { createRequire } from 'node:module'

/** Midtrans's own Node client, as far as the tests call it: it comes without types. */
export interface MidtransClient {
  readonly CoreApi: new (options: ClientOptions) => CoreApi
}

interface ClientOptions {
  readonly isProduction: boolean
  readonly serverKey: string
  readonly clientKey: string
}

export type Answer = Readonly<Record<string, unknown>>
type Ask<Arguments extends readonly unknown[] = [parameter: object]> = (
  ...asked: Arguments
) => Promise<Answer>

export interface CoreApi {
  readonly apiConfig: { getCoreApiBaseUrl: () => string }
  readonly charge: Ask
  readonly capture: Ask
  readonly cardRegister: Ask
  readonly cardToken: Ask
  readonly cardPointInquiry: Ask<[token: string]>
  readonly linkPaymentAccount: Ask
  readonly getPaymentAccount: Ask<[id: string]>
  readonly unlinkPaymentAccount: Ask<[id: string]>
  readonly transaction: {
    readonly status: Ask<[id: string]>
    readonly statusb2b: Ask<[id: string]>
    readonly approve: Ask<[id: string]>
    readonly deny: Ask<[id: string]>
    readonly cancel: Ask<[id: string]>
    readonly expire: Ask<[id: string]>
    readonly refund: Ask<[id: string, parameter: object]>
    readonly refundDirect: Ask<[id: string, parameter: object]>
    readonly notification: Ask<[notification: object | string]>
  }
}

export const midtransClient = createRequire(import.meta.url)('midtrans-client') as MidtransClient

/** Of the error that the client throws. */
export interface MidtransError {
  readonly name: string
  readonly httpStatusCode: number
  readonly ApiResponse: Answer
}
