import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { classify } from './answer-codes.ts'
import type { Verb } from './endpoints.ts'
import type { AnswerClass } from './port.ts'
import type { WireDocument } from './wire.ts'

const wire = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/wire/${name}`, import.meta.url), 'utf8'))
const said = (code: string, more: object = {}): WireDocument => ({
  status_code: code,
  status_message: 'x',
  ...more,
})
const told = (code: string, status = 'settlement'): WireDocument => said(code, { transaction_status: status })
const page = undefined

type Case = [verb: Verb, http: number, document: WireDocument | undefined, answer: AnswerClass, code?: string]

// biome-ignore format: a table is read in columns
const CASES: Case[] = [
  // done
  ['charge',       200, told('200', 'capture'),       'done'],
  ['charge',       200, told('201', 'pending'),       'done'],
  ['charge',       201, told('201', 'pending'),       'done'],
  ['charge',       200, told('202', 'deny'),          'done', '202'],
  ['capture',      200, told('202', 'deny'),          'done', '202'],
  ['status',       200, told('200'),                  'done'],
  ['status',       200, told('201', 'pending'),       'done'],
  ['status',       200, told('202', 'deny'),          'done'],
  ['status',       200, told('407', 'expire'),        'done', '407'],
  ['status',       407, told('407', 'expire'),        'done', '407'],
  ['statusB2b',    200, said('200', { transactions: [] }), 'done'],
  ['cancel',       200, told('200', 'cancel'),        'done'],
  ['expire',       200, told('407', 'expire'),        'done', '407'],
  ['approve',      200, told('200', 'capture'),       'done'],
  ['deny',         200, told('200', 'deny'),          'done'],
  ['refund',       200, told('200', 'refund'),        'done'],
  // absent: an answer of GET status alone
  ['status',       200, said('404'),                  'absent'],
  ['status',       404, said('404'),                  'absent'],
  ['statusB2b',    200, said('404'),                  'absent'],
  // rejected, mostly over HTTP 200
  ['charge',       400, said('400'),                  'rejected', '400'],
  ['charge',       401, said('401'),                  'rejected', '401'],
  ['status',       401, said('401'),                  'rejected', '401'],
  ['charge',       200, said('402'),                  'rejected', '402'],
  ['charge',       403, said('403'),                  'rejected'],
  ['cancel',       200, said('404'),                  'rejected', '404'],
  ['charge',       405, said('405'),                  'rejected'],
  ['charge',       200, said('408'),                  'rejected'],
  ['charge',       200, said('410'),                  'rejected'],
  ['charge',       200, said('411'),                  'rejected'],
  ['charge',       413, said('413'),                  'rejected'],
  ['refund',       200, said('414'),                  'rejected'],
  ['charge',       200, said('300'),                  'rejected'],
  ['charge',       200, said('310'),                  'rejected'],
  ['charge',       501, said('501'),                  'rejected'],
  ['charge',       200, said('505'),                  'rejected', '505'],
  ['charge',       505, said('505'),                  'rejected', '505'],
  ['charge',       401, { error_messages: ['Access denied'] }, 'rejected', '401'],
  ['directRefund', 200, told('202'),                  'rejected', '202'],
  ['refund',       200, told('202'),                  'rejected', '202'],
  // look: ask GET status
  ['charge',       200, said('406'),                  'look', '406'],
  ['charge',       409, said('409'),                  'look'],
  ['cancel',       200, said('412'),                  'look', '412'],
  ['cancel',       200, told('412', 'settlement'),    'look', '412'],
  ['cancel',       200, told('407', 'expire'),        'look', '407'],
  ['cancel',       200, told('202', 'cancel'),        'look', '202'],
  // unknown: nothing may be concluded
  ['charge',       202, said('200'),                  'unknown'],
  ['charge',       202, said('202'),                  'unknown'],
  ['charge',       200, said('202'),                  'unknown'],
  ['refund',       202, said('202'),                  'unknown'],
  ['charge',       429, said('429'),                  'unknown', '429'],
  ['charge',       500, said('500'),                  'unknown', '500'],
  ['charge',       200, said('500'),                  'unknown', '500'],
  ['charge',       200, said('502'),                  'unknown', '502'],
  ['charge',       503, told('200', 'capture'),       'unknown'],
  ['charge',       200, said('504'),                  'unknown'],
  ['charge',       200, said('506'),                  'unknown'],
  ['charge',       200, said('900'),                  'unknown', '900'],
  ['charge',       502, said('400'),                  'unknown'],
  ['charge',       200, said('299'),                  'unknown'],
  ['charge',       200, said('200'),                  'unknown'],
  ['status',       200, said('200'),                  'unknown'],
  ['charge',       200, {},                           'unknown', '200'],
  ['charge',       200, said('abc'),                  'unknown', '200'],
  ['charge',       400, { message: 'Forbidden' },     'unknown', '400'],
  // somebody between us and Midtrans
  ['charge',       403, page,                         'unknown', '403'],
  ['status',       404, page,                         'unknown', '404'],
  ['charge',       413, page,                         'unknown', '413'],
  ['charge',       302, page,                         'unknown', '302'],
  ['charge',       200, page,                         'unknown', '200'],
  ['charge',       505, page,                         'unknown', '505'],
  ['status',       404, wire('errors.core_v2.json')['404.no_route'].body, 'unknown', '404'],
]

describe('what an answer means', () => {
  it.each(CASES)('%s, HTTP %i, %j: %s', (verb, httpStatus, document, answer, code) => {
    const classified = classify(verb, { httpStatus, document })
    expect(classified.class).toBe(answer)
    if (code !== undefined) expect(classified.code).toBe(code)
  })

  // biome-ignore format: a table is read in columns
  it.each<[string, Verb, AnswerClass]>([
    ['approve.200.json',                              'approve',      'done'],
    ['cancel.200.json',                               'cancel',       'done'],
    ['capture.200.json',                              'capture',      'done'],
    ['charge.bank_transfer.bca.201.json',             'charge',       'done'],
    ['charge.credit_card.deny.202.json',              'charge',       'done'],
    ['charge.credit_card.challenge.201.json',         'charge',       'done'],
    ['deny.200.json',                                 'deny',         'done'],
    ['direct_refund.denied.202.json',                 'directRefund', 'rejected'],
    ['expire.407.json',                               'expire',       'done'],
    ['refund.partial.200.json',                       'refund',       'done'],
    ['status.bank_transfer.bca.expire.407.json',      'status',       'done'],
    ['status.credit_card.partial_refund.200.json',    'status',       'done'],
    ['status_b2b.200.json',                           'statusB2b',    'done'],
    ['token.200.json',                                'cardToken',    'done'],
    ['bin.200.json',                                  'bin',          'done'],
    ['pay_account.create.201.json',                   'payAccountCreate', 'done'],
    ['pay_account.get.enabled.200.json',              'payAccountGet', 'done'],
    ['pay_account.unbind.204.json',                   'payAccountUnbind', 'done'],
    ['subscription.create.200.json',                  'subscriptionCreate', 'done'],
    ['invoice.create.201.json',                       'invoiceCreate', 'done'],
    ['payment_link.create.200.json',                  'paymentLinkCreate', 'done'],
    ['snap.create.201.json',                          'snapCreate',   'done'],
  ])('%s', (name, verb, answer) => {
    expect(classify(verb, { httpStatus: 200, document: wire(name) }).class).toBe(answer)
  })

  // biome-ignore format: a table is read in columns
  it.each<[string, Verb, AnswerClass]>([
    ['snap.400.duplicate',              'snapCreate',         'rejected'],
    ['snap.401',                        'snapCreate',         'rejected'],
    ['subscription.400',                'subscriptionCreate', 'rejected'],
    ['subscription.404',                'subscriptionGet',    'absent'],
    ['subscription.404',                'subscriptionCancel', 'rejected'],
    ['invoice.409.duplicate',           'invoiceCreate',      'look'],
    ['invoice.409.void',                'invoiceVoid',        'look'],
    ['invoice.404',                     'invoiceGet',         'absent'],
    ['payment_link.409',                'paymentLinkCreate',  'look'],
    ['balance.400',                     'balanceMutation',    'rejected'],
    ['pay_account.404',                 'payAccountGet',      'absent'],
    ['pay_account.202.user_not_found',  'payAccountCreate',   'rejected'],
  ])('%s to %s: %s', (name, verb, answer) => {
    const { http_status: httpStatus, body } = wire('errors.other_apis.json')[name]
    expect(classify(verb, { httpStatus, document: body }).class).toBe(answer)
  })

  it('a refusal at the door may be plain text; a server fault is never a refusal', () => {
    expect(classify('bin', { httpStatus: 401, document: undefined }).class).toBe('rejected')
    expect(classify('bin', { httpStatus: 409, document: { errors: [] } }).class).toBe('unknown')
    expect(
      classify('subscriptionCreate', { httpStatus: 502, document: { message: 'Bad Gateway' } }).class,
    ).toBe('unknown')
    expect(classify('subscriptionCreate', { httpStatus: 200, document: { message: 'hello' } }).class).toBe(
      'unknown',
    )
    expect(
      classify('invoiceGet', { httpStatus: 404, document: { timestamp: 1, status: 404, path: '/x' } }).class,
    ).toBe('unknown')
  })
})
