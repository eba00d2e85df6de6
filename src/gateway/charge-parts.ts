/** How each payment type is asked for: the part of the charge body that only it has. Source: docs/midtrans/protocol.md §7. */
import {
  acquirerOf,
  type BankTransferCharge,
  type ChargedType,
  type ChargeOf,
  type CreditCardCharge,
  type CstoreCharge,
  type EchannelCharge,
  type GopayCharge,
  type MethodCharge,
} from '../domain/charge-methods.ts'
import type {
  BankTransferRequest,
  ChargeMethodRequest,
  CreditCardRequest,
  CstoreRequest,
  EchannelRequest,
  GopayRequest,
} from './wire.ts'

type PartOf<Type extends ChargedType> = Omit<
  Extract<ChargeMethodRequest, { payment_type: Type }>,
  'payment_type'
>

const PARTS: {
  readonly [Type in ChargedType]: (charge: ChargeOf<Type>, orderId: string) => PartOf<Type>
} = {
  credit_card: (charge) => ({ credit_card: creditCard(charge) }),
  bank_transfer: (charge) => ({ bank_transfer: bankTransfer(charge) }),
  echannel: (charge, orderId) => ({ echannel: echannel(charge, orderId) }),
  gopay: (charge) => orNothing('gopay', gopay(charge)),
  shopeepay: ({ callbackUrl }) =>
    callbackUrl === undefined ? {} : { shopeepay: { callback_url: callbackUrl } },
  qris: (charge) => ({ qris: { acquirer: acquirerOf(charge) } }),
  ovo: ({ payerPhoneNumber }) => ({ ovo: { payer_phone_number: payerPhoneNumber } }),
  dana: ({ callbackUrl }) => (callbackUrl === undefined ? {} : { dana: { callback_url: callbackUrl } }),
  cstore: (charge) => ({ cstore: cstore(charge) }),
  akulaku: () => ({}),
  kredivo: ({ sellerDetails }) => (sellerDetails === undefined ? {} : { seller_details: sellerDetails }),
}

export const CHARGED_TYPES = Object.keys(PARTS) as readonly ChargedType[]

export function methodRequest(charge: MethodCharge, orderId: string): ChargeMethodRequest {
  const part = PARTS[charge.paymentType] as (charge: MethodCharge, orderId: string) => object
  return { payment_type: charge.paymentType, ...part(charge, orderId) } as ChargeMethodRequest
}

/** 3-D Secure unless somebody says no: without it the merchant answers for a stolen card. */
function creditCard({ authentication = true, ...charge }: CreditCardCharge): CreditCardRequest {
  return defined({
    token_id: charge.tokenId,
    authentication,
    callback_type: charge.callbackType,
    save_token_id: charge.saveTokenId,
    bank: charge.bank,
    installment_term: charge.installmentTerm,
    bins: charge.bins,
    type: charge.type,
    channel: charge.channel,
    initiated_by: charge.initiatedBy,
    point_redeem_amount: charge.pointRedeemAmount,
  })
}

function bankTransfer(charge: BankTransferCharge): BankTransferRequest {
  const { bank, vaNumber, freeText, subCompanyCode, recipientName } = charge
  return defined({
    bank,
    va_number: vaNumber,
    free_text: freeText,
    bca: subCompanyCode === undefined ? undefined : { sub_company_code: subCompanyCode },
    permata:
      recipientName === undefined ? undefined : { recipient_name: recipientName.toUpperCase().slice(0, 20) },
  })
}

/** The lines that a Mandiri machine shows; Midtrans wants two at least. */
function echannel(charge: EchannelCharge, orderId: string): EchannelRequest {
  return defined({
    bill_info1: charge.billInfo1 ?? 'Order',
    bill_info2: charge.billInfo2 ?? orderId.slice(0, 30),
    bill_info3: charge.billInfo3,
    bill_info4: charge.billInfo4,
    bill_info5: charge.billInfo5,
    bill_info6: charge.billInfo6,
    bill_info7: charge.billInfo7,
    bill_info8: charge.billInfo8,
    bill_key: charge.billKey,
  })
}

function gopay(charge: GopayCharge): GopayRequest {
  const { callbackUrl } = charge
  return defined({
    enable_callback: callbackUrl === undefined ? undefined : true,
    callback_url: callbackUrl,
    account_id: charge.accountId,
    payment_option_token: charge.paymentOptionToken,
    pre_auth: charge.preAuth,
    recurring: charge.recurring,
    promotion_ids: charge.promotionIds,
  })
}

function cstore({ store, message, alfamartFreeTexts = [] }: CstoreCharge): CstoreRequest {
  const [first, second, third] = alfamartFreeTexts
  return defined({
    store,
    message,
    alfamart_free_text_1: first,
    alfamart_free_text_2: second,
    alfamart_free_text_3: third,
  })
}

function orNothing<Name extends string, Part extends object>(
  name: Name,
  part: Part,
): { readonly [Key in Name]?: Part } {
  return (Object.keys(part).length > 0 ? { [name]: part } : {}) as { [Key in Name]?: Part }
}

type Defined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>
}

/** Midtrans leaves out what is not there, and so do we. */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>
}
