import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { LANGUAGES, type Language } from './words.ts'

/** `?lang=` is remembered, but for the shop's choice in a frame, which is not the person's; else what the browser asks for; else English. */
export function languageOf(context: Context): Language {
  const asked = context.req.query('lang')
  if (isLanguage(asked)) {
    if (context.req.query('popup') === undefined)
      setCookie(context, 'lang', asked, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: 31_536_000 })
    return asked
  }
  const kept = getCookie(context, 'lang')
  if (isLanguage(kept)) return kept
  const accepted = (context.req.header('accept-language') ?? '').toLowerCase().split(',')
  const preferred = accepted.map((entry) => entry.trim().slice(0, 2)).find(isLanguage)
  return preferred ?? 'en'
}

function isLanguage(text: string | undefined): text is Language {
  return LANGUAGES.includes(text as Language)
}
