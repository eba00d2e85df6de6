import type {
  BalanceDocument,
  BalanceQuery,
  BinDocument,
  CardDetails,
  InvoiceDocument,
  InvoiceRequest,
  PayAccountDocument,
  PayAccountRequest,
  PaymentLinkDocument,
  PaymentLinkRequest,
  PointsDocument,
  RegisteredCardDocument,
  SentenceDocument,
  SnapDocument,
  SnapRequest,
  SubscriptionChange,
  SubscriptionDocument,
  SubscriptionRequest,
  TokenDocument,
  TokenRequest,
} from './api-documents.ts'
import {
  type AskOptions,
  createAsk,
  type MidtransAnswer,
  type MidtransClientOptions,
  urlsHeader,
} from './ask.ts'
import type { Verb } from './endpoints.ts'
import {
  type CaptureRequest,
  type ChargeRequest,
  HEADERS,
  type RefundRequest,
  type StatusB2bDocument,
  type StatusDocument,
  type TransactionDocument,
  type WireDocument,
} from './wire.ts'

export type { AskOptions, MidtransAnswer, MidtransClientOptions } from './ask.ts'

/**
 * Every endpoint of Midtrans's that bayar knows, alone: no database, nothing of Node's, so it runs on edge runtimes too. Each method resolves to an answer, also when nothing came back: see `ask.ts`.
 */
export interface MidtransClient {
  charge(request: ChargeRequest, options?: ChargeOptions): Promise<MidtransAnswer<TransactionDocument>>
  /** By transaction id wherever there is one: an order id may name several transactions. */
  status(id: string, options?: AskOptions): Promise<MidtransAnswer<StatusDocument>>
  /** Every transaction of an order id, newest first. Pages count from 0. */
  statusB2b(
    id: string,
    options?: AskOptions & { readonly page?: number; readonly perPage?: number },
  ): Promise<MidtransAnswer<StatusB2bDocument>>
  cancel(id: string, options?: AskOptions): Promise<MidtransAnswer<TransactionDocument>>
  expire(id: string, options?: AskOptions): Promise<MidtransAnswer<TransactionDocument>>
  approve(id: string, options?: AskOptions): Promise<MidtransAnswer<TransactionDocument>>
  deny(id: string, options?: AskOptions): Promise<MidtransAnswer<TransactionDocument>>
  capture(request: CaptureRequest, options?: AskOptions): Promise<MidtransAnswer<TransactionDocument>>
  refund(
    id: string,
    request: RefundRequest,
    options?: AskOptions,
  ): Promise<MidtransAnswer<TransactionDocument>>
  directRefund(
    id: string,
    request: RefundRequest,
    options?: AskOptions,
  ): Promise<MidtransAnswer<TransactionDocument>>
  readonly cards: {
    /** A card number travels in the address: only for merchants who may handle one, and never through a proxy that logs. */
    token(card: TokenRequest, options?: AskOptions): Promise<MidtransAnswer<TokenDocument>>
    register(card: CardDetails, options?: AskOptions): Promise<MidtransAnswer<RegisteredCardDocument>>
    points(
      tokenId: string,
      options?: AskOptions & { readonly grossAmount?: number },
    ): Promise<MidtransAnswer<PointsDocument>>
    /** The first six to eight digits of a card. */
    bin(bin: string, options?: AskOptions): Promise<MidtransAnswer<BinDocument>>
  }
  readonly payAccounts: {
    create(
      request: PayAccountRequest,
      options?: AskOptions & LocaleOption,
    ): Promise<MidtransAnswer<PayAccountDocument>>
    get(accountId: string, options?: AskOptions): Promise<MidtransAnswer<PayAccountDocument>>
    unbind(accountId: string, options?: AskOptions): Promise<MidtransAnswer<PayAccountDocument>>
    promotions(
      accountId: string,
      asked: { readonly grossAmount: number },
      options?: AskOptions,
    ): Promise<MidtransAnswer>
  }
  readonly snap: {
    create(request: SnapRequest, options?: NotifyOptions): Promise<MidtransAnswer<SnapDocument>>
    cancel(token: string, options?: AskOptions): Promise<MidtransAnswer>
    expire(token: string, options?: AskOptions): Promise<MidtransAnswer>
  }
  readonly subscriptions: {
    create(request: SubscriptionRequest, options?: AskOptions): Promise<MidtransAnswer<SubscriptionDocument>>
    get(id: string, options?: AskOptions): Promise<MidtransAnswer<SubscriptionDocument>>
    update(
      id: string,
      change: SubscriptionChange,
      options?: AskOptions,
    ): Promise<MidtransAnswer<SentenceDocument>>
    /** Retries that are planned already still run; `cancel` stops them, too. */
    disable(id: string, options?: AskOptions): Promise<MidtransAnswer<SentenceDocument>>
    enable(id: string, options?: AskOptions): Promise<MidtransAnswer<SentenceDocument>>
    cancel(id: string, options?: AskOptions): Promise<MidtransAnswer<SentenceDocument>>
  }
  readonly invoices: {
    create(request: InvoiceRequest, options?: AskOptions): Promise<MidtransAnswer<InvoiceDocument>>
    get(id: string, options?: AskOptions): Promise<MidtransAnswer<InvoiceDocument>>
    void(id: string, options?: AskOptions): Promise<MidtransAnswer<{ readonly success: boolean }>>
    /** Makes an invoice of a quotation. */
    convert(
      id: string,
      request?: { readonly client?: WireDocument },
      options?: AskOptions,
    ): Promise<MidtransAnswer<InvoiceDocument>>
  }
  readonly paymentLinks: {
    create(request: PaymentLinkRequest, options?: NotifyOptions): Promise<MidtransAnswer<PaymentLinkDocument>>
    get(orderId: string, options?: AskOptions): Promise<MidtransAnswer>
    delete(orderId: string, options?: AskOptions): Promise<MidtransAnswer<{ readonly message: string }>>
  }
  readonly balance: {
    mutation(query: BalanceQuery, options?: AskOptions): Promise<MidtransAnswer<BalanceDocument>>
  }
}

export interface NotifyOptions extends AskOptions {
  /** Notified instead of the address in the dashboard. */
  readonly overrideNotification?: readonly string[] | undefined
  /** Notified in addition to it. */
  readonly appendNotification?: readonly string[] | undefined
}

export interface LocaleOption {
  /** The language of GoPay's pages; Indonesian unless asked. */
  readonly locale?: 'id-ID' | 'en-EN' | undefined
}

export type ChargeOptions = NotifyOptions & LocaleOption

export function createMidtransClient(options: MidtransClientOptions): MidtransClient {
  const ask = createAsk(options)
  const about =
    <Body>(verb: Verb) =>
    (id: string, asked?: AskOptions) =>
      ask<Body>(verb, { ...asked, id })
  const withBody =
    <Request extends object, Body>(verb: Verb) =>
    (id: string, body: Request, asked?: AskOptions) =>
      ask<Body>(verb, { ...asked, id, body })
  const making =
    <Request extends object, Body>(verb: Verb) =>
    async (
      body: Request,
      { overrideNotification, appendNotification, locale, ...asked }: ChargeOptions = {},
    ) =>
      ask<Body>(verb, {
        ...asked,
        body,
        headers: {
          ...urlsHeader('overrideNotification', overrideNotification),
          ...urlsHeader('appendNotification', appendNotification),
          ...(locale !== undefined && { [HEADERS.paymentLocale]: locale }),
        },
      })

  return {
    charge: making('charge'),
    status: about('status'),
    statusB2b: (id, { page = 0, perPage = 10, ...asked } = {}) =>
      ask('statusB2b', { ...asked, id, query: { page, per_page: perPage } }),
    cancel: about('cancel'),
    expire: about('expire'),
    approve: about('approve'),
    deny: about('deny'),
    capture: making('capture'),
    refund: withBody('refund'),
    directRefund: withBody('directRefund'),
    cards: {
      token: (card, asked) => ask('cardToken', { ...asked, query: card }),
      register: (card, asked) => ask('cardRegister', { ...asked, query: card }),
      points: (id, { grossAmount, ...asked } = {}) =>
        ask('pointInquiry', { ...asked, id, query: { gross_amount: grossAmount } }),
      bin: about('bin'),
    },
    payAccounts: {
      create: making('payAccountCreate'),
      get: about('payAccountGet'),
      unbind: about('payAccountUnbind'),
      promotions: (id, { grossAmount }, asked) =>
        ask('gopayPromotions', { ...asked, id, query: { gross_amount: grossAmount, currency: 'IDR' } }),
    },
    snap: {
      create: making('snapCreate'),
      cancel: about('snapCancel'),
      expire: about('snapExpire'),
    },
    subscriptions: {
      create: making('subscriptionCreate'),
      get: about('subscriptionGet'),
      update: withBody('subscriptionUpdate'),
      disable: about('subscriptionDisable'),
      enable: about('subscriptionEnable'),
      cancel: about('subscriptionCancel'),
    },
    invoices: {
      create: making('invoiceCreate'),
      get: about('invoiceGet'),
      void: about('invoiceVoid'),
      convert: (id, body = {}, asked) => ask('invoiceConvert', { ...asked, id, body }),
    },
    paymentLinks: {
      create: making('paymentLinkCreate'),
      get: about('paymentLinkGet'),
      delete: about('paymentLinkDelete'),
    },
    balance: {
      mutation: (query, asked) => ask('balanceMutation', { ...asked, query: { ...query } }),
    },
  }
}
