/**
 * The text in a QRIS code: EMV merchant-presented mode, as fields of tag, length and value, the last of them a checksum. Wallet apps refuse
 * a code whose checksum is wrong, so ours is right. The transaction's number stands in the reference label, for whoever scans it here.
 */
export type Acquirer = 'gopay' | 'airpay shopee'

const ACQUIRERS: Readonly<Record<Acquirer, { readonly domain: string; readonly institution: string }>> = {
  gopay: { domain: 'COM.GO-JEK.WWW', institution: '936009143' },
  'airpay shopee': { domain: 'ID.CO.SHOPEE.WWW', institution: '936009180' },
}

const REFERENCE_DIGITS = 10

export function qrisText(acquirer: Acquirer, amount: number, sequence: number): string {
  const { domain, institution } = ACQUIRERS[acquirer]
  const text =
    field('00', '01') +
    // 12: for one payment only.
    field('01', '12') +
    field(
      '26',
      field('00', domain) +
        field('01', institution.padEnd(18, '0')) +
        field('02', 'G000000000') +
        field('03', 'UKE'),
    ) +
    field('51', field('00', 'ID.CO.QRIS.WWW') + field('02', 'ID1000000000000') + field('03', 'UKE')) +
    field('52', '5812') +
    field('53', '360') +
    field('54', String(amount)) +
    field('58', 'ID') +
    field('59', 'Store') +
    field('60', 'Jakarta') +
    field('62', field('05', String(sequence).padStart(REFERENCE_DIGITS, '0'))) +
    '6304'
  return text + crc16(text).toString(16).toUpperCase().padStart(4, '0')
}

/** The number of the transaction that a code was made for; 0 for a code that is none of ours, or was misread. */
export function sequenceInQris(text: string): number {
  const body = text.slice(0, -4)
  if (!body.endsWith('6304') || crc16(body) !== Number.parseInt(text.slice(-4), 16)) return 0
  const reference = readFields(body.slice(0, -4)).get('62')
  return Number((reference && readFields(reference).get('05')) ?? 0)
}

function field(tag: string, value: string): string {
  return tag + String(value.length).padStart(2, '0') + value
}

function readFields(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (let at = 0; at + 4 <= text.length; ) {
    const length = Number(text.slice(at + 2, at + 4))
    fields.set(text.slice(at, at + 2), text.slice(at + 4, at + 4 + length))
    at += 4 + (Number.isNaN(length) ? text.length : length)
  }
  return fields
}

/** CRC-16/CCITT-FALSE, as EMVCo has it. */
export function crc16(text: string): number {
  let crc = 0xffff
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at) << 8
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return crc
}
