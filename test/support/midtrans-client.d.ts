/** The official Node client has no types of its own: as much as the tests use, and every answer to be looked at. */
declare module 'midtrans-client' {
  type Answer = Promise<Readonly<Record<string, unknown>>>
  type Asked = Readonly<Record<string, unknown>>

  interface ApiConfig {
    getCoreApiBaseUrl(): string
    getSnapApiBaseUrl(): string
  }

  interface Transaction {
    status(id: string): Answer
    statusb2b(id: string): Answer
    approve(id: string): Answer
    deny(id: string): Answer
    cancel(id: string): Answer
    expire(id: string): Answer
    refund(id: string, asked?: Asked): Answer
    refundDirect(id: string, asked?: Asked): Answer
    notification(notice: Asked | string): Answer
  }

  interface Options {
    isProduction: boolean
    serverKey: string
    clientKey: string
  }

  class Snap {
    constructor(options: Options)
    readonly apiConfig: ApiConfig
    readonly transaction: Transaction
    createTransaction(asked: Asked): Answer
    createTransactionToken(asked: Asked): Promise<string>
    createTransactionRedirectUrl(asked: Asked): Promise<string>
  }

  class CoreApi {
    constructor(options: Options)
    readonly apiConfig: ApiConfig
    readonly transaction: Transaction
    charge(asked: Asked): Answer
    capture(asked: Asked): Answer
    cardRegister(asked: Asked): Answer
    cardToken(asked: Asked): Answer
    cardPointInquiry(token: string): Answer
    linkPaymentAccount(asked: Asked): Answer
    getPaymentAccount(id: string): Answer
    unlinkPaymentAccount(id: string): Answer
    createSubscription(asked: Asked): Answer
    getSubscription(id: string): Answer
    disableSubscription(id: string): Answer
    enableSubscription(id: string): Answer
    updateSubscription(id: string, asked: Asked): Answer
  }

  class MidtransError extends Error {
    readonly httpStatusCode: number
    readonly ApiResponse: Readonly<Record<string, unknown>>
  }

  const client: {
    readonly Snap: typeof Snap
    readonly CoreApi: typeof CoreApi
    readonly MidtransError: typeof MidtransError
  }
  export default client
}
