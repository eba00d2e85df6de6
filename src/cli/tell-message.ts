/** A message as the terminal shows it, with what the customer reads. */
import type { Message } from '../operations/messages/message-view.ts'
import { facts, printable } from './output.ts'

export function tellMessage(message: Message): string {
  const about = facts([
    ['message', message.type],
    ['id', message.id],
    ['status', message.status],
    ['user', message.userId],
    ['name', message.customerName],
    ['e-mail', message.customerEmail],
    ['channel', message.channel],
    ['language', message.language],
    ['tries', message.tries],
    ['error', message.error],
    ['subscription', message.subscriptionId],
    ['invoice', message.invoiceId],
    ['top-up', message.topupId],
    ['payment', message.paymentId],
    ['written', message.createdAt],
    ['due', message.dueAt],
    ['sent', message.sentAt],
    ['subject', message.subject],
  ])
  if (message.body === null) return about
  return `${about}\n\n${message.body.split('\n').map(printable).join('\n')}`
}
