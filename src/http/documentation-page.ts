/** `/docs`: the OpenAPI document as one plain page, readable without script, font or network. */
import { ERRORS } from '../errors.ts'
import type { OpenApiDocument } from './openapi-document.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly description?: string
    readonly schema?: Schema
  }[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: light-dark(#0b5fa5, #7cc0ff) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem }
h1 { font-size: 1.6rem } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line) }
a { color: var(--accent) } code { font-family: ui-monospace, monospace; font-size: .92em; overflow-wrap: anywhere }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .5rem .8rem }
summary { cursor: pointer } summary b { display: inline-block; min-width: 3.2rem }
table { display: block; overflow-x: auto; border-collapse: collapse; margin: .5rem 0 } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--soft) }
nav { display: flex; flex-wrap: wrap; gap: 0 1rem } nav a { white-space: nowrap } td:first-child code { overflow-wrap: normal } :target { outline: 2px solid var(--accent) }`

/** `dataAddress` is relative to the page, which is read with and without its last slash. */
export function documentationPage(document: OpenApiDocument, dataAddress: string): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((method) =>
      item[method] ? [{ path, method, operation: item[method] as unknown as Operation }] : [],
    ),
  )
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags ?? []))]
  const schemas = Object.entries((document.components?.schemas ?? {}) as Record<string, Schema>)
  const base = document.servers?.[0]?.url === '/' ? '' : (document.servers?.[0]?.url ?? '')
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>bayar: HTTP</title><style>${STYLE}</style>
<h1>bayar: HTTP</h1>
<p>${prose(document.info.description ?? '')} Staff send <code>Authorization: Bearer &lt;api key&gt;</code>; users send a token of your own sign-in.
Every POST takes an <code>Idempotency-Key</code>. The same as data: <a href="${dataAddress}">openapi.json</a>.</p>
<nav>${tags.map((tag) => `<a href="#${slug(tag)}">${asText(tag)}</a>`).join('')}<a href="#schemas">Schemas</a><a href="#errors">Errors</a></nav>
${tags
  .map(
    (tag) =>
      `<h2 id="${slug(tag)}">${asText(tag)}</h2>${operations
        .filter(({ operation }) => operation.tags?.includes(tag))
        .map((one) => operationBlock(base, one))
        .join('')}`,
  )
  .join('\n')}
<h2 id="schemas">Schemas</h2>
${schemas.map(([name, schema]) => `<details><summary><code>${asText(name)}</code></summary><div id="schema-${asText(name)}">${fields(schema)}</div></details>`).join('\n')}
<h2 id="errors">Errors</h2>
<p>A refusal is <code>application/problem+json</code> (RFC 9457) with <code>code</code>, every mistake in <code>problems</code>, and in <code>retry</code> whether trying again helps.</p>
<table><tr><th>code<th>status<th>retry<th>means</tr>
${Object.entries(ERRORS)
  .map(
    ([code, { status, retry, says }]) =>
      `<tr id="${code}"><td><code>${code}</code><td>${status}<td>${retry}<td>${asText(says)}</tr>`,
  )
  .join('\n')}
</table></html>`
}

function operationBlock(
  base: string,
  { path, method, operation }: { path: string; method: string; operation: Operation },
): string {
  const parameters = operation.parameters ?? []
  return `<details><summary><b>${method.toUpperCase()}</b> <code>${asText(base + path)}</code> ${asText(operation.summary ?? '')}</summary>
${operation.description ? `<p>${prose(operation.description)}</p>` : ''}
${parameters.length > 0 ? `<table><tr><th>parameter<th>in<th>type<th></tr>${parameters.map(({ name, in: place, required, description, schema }) => `<tr><td><code>${asText(name)}</code>${required ? ' *' : ''}<td>${place}<td>${typeOf(schema)}<td>${prose(description ?? '')}</tr>`).join('')}</table>` : ''}
${operation.requestBody ? `<p>Body: ${typeOf(schemaIn(operation.requestBody))}</p>` : ''}
<table><tr><th>answer<th>means<th>body</tr>${Object.entries(operation.responses)
    .map(
      ([status, answer]) =>
        `<tr><td>${asText(status === 'default' ? 'otherwise' : status)}<td>${prose(answer.description)}<td>${typeOf(schemaIn(answer))}</tr>`,
    )
    .join('')}</table></details>`
}

function schemaIn(content: Content): Schema | undefined {
  return Object.values(content.content ?? {})[0]?.schema
}

function fields(schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(
    ([name, field]) =>
      `<tr><td><code>${asText(name)}</code>${schema.required?.includes(name) ? ' *' : ''}<td>${typeOf(field)}<td>${prose(field.description ?? '')}</tr>`,
  )
  return `<table><tr><th>field<th>type<th></tr>${rows.join('')}</table>`
}

function typeOf(schema: Schema | undefined): string {
  if (!schema) return ''
  if (schema.$ref) {
    const name = asText(schema.$ref.split('/').at(-1) ?? '')
    return `<a href="#schema-${name}">${name}</a>`
  }
  const either = schema.anyOf ?? schema.oneOf
  if (either) return either.map(typeOf).join(' or ')
  if (schema.enum) return schema.enum.map((word) => `<code>${asText(String(word))}</code>`).join(' ')
  if (schema.items) return `list of ${typeOf(schema.items)}`
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'anything')
  const inner = schema.properties ? `: ${Object.keys(schema.properties).map(asText).join(', ')}` : ''
  return `${asText(String(type))}${schema.format ? ` (${asText(schema.format)})` : ''}${inner}`
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z]+/g, '-')
}

function prose(text: string): string {
  return asText(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function asText(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
