/** Amounts and times as customers read them: rupiah with points, and the clock of Jakarta. */

import { formatJakartaTime } from './jakarta-time.ts'
import type { MessageLanguage } from './message.ts'

/** Rp150.000, in either language: it is how rupiah are written. */
export function rupiahText(amount: number): string {
  return `Rp${String(amount).replace(/\B(?=(\d{3})+$)/g, '.')}`
}

// biome-ignore format: a table is read in columns
const MONTHS: Readonly<Record<MessageLanguage, readonly string[]>> = {
  id: ['Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus', 'September', 'Oktober', 'November', 'Desember'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
}

/** 9 Maret 2026 */
export function dayText(instant: Date, language: MessageLanguage): string {
  const [year, month, day] = formatJakartaTime(instant).slice(0, 10).split('-').map(Number)
  return `${day} ${MONTHS[language][month! - 1]} ${year}`
}

/** The day that ends at this instant: what is due until 24:00 is due on that day, not on the next. */
export function lastDayText(end: Date, language: MessageLanguage): string {
  return dayText(new Date(end.getTime() - 1), language)
}

/** 9 Maret 2026 pukul 14.30 WIB */
export function timeText(instant: Date, language: MessageLanguage): string {
  const clock = formatJakartaTime(instant).slice(11, 16)
  const day = dayText(instant, language)
  return language === 'id' ? `${day} pukul ${clock.replace(':', '.')} WIB` : `${day}, ${clock} WIB`
}
