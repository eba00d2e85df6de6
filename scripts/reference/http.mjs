import { createBayar } from '../../src/bayar.ts'
import { ERRORS } from '../../src/errors.ts'
import { code, table } from './markdown.mjs'

const silent = { info() {}, warn() {}, error() {} }

export async function httpPage() {
  // The document that a server gives: written from the routes that really answer.
  const bayar = createBayar({ rest: true, docs: true, drainSecret: 'only-to-be-documented', log: silent })
  const answer = await bayar.fetch(new Request('http://bayar.test/openapi.json'))
  const { paths, components, info } = await answer.json()
  await bayar.close()
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      ...operation,
    })),
  )
  const groups = Map.groupBy(operations, ({ tags }) => tags?.[0] ?? 'Other')
  return `# HTTP

${info.description} Everything lies under \`basePath\`.

Staff send \`Authorization: Bearer <api key>\`; users send a token (JWT) of your own sign-in and see only their own things: another
user named in \`user_id\` is answered 403, and what is somebody else's 404. With neither configured REST answers 401 to everybody. Only the plans that are sold are
there for whoever asks. The same contract is served as \`/openapi.json\` and, for reading,
\`/docs\`. Refusals are \`application/problem+json\`: [errors](errors.md).

Lists are pages: \`{ "results": […], "next": "address or null", "previous": "address or null" }\`. Follow the addresses as they
are. There is no \`count\`, as the originals had it: it costs more to count a million rows than to show fifty. A POST may carry \`Idempotency-Key\`; an answer that is given again has the header \`Idempotency-Replayed: true\`.

${[...groups].map(([tag, all]) => `## ${tag}\n\n${all.map(operationSection).join('\n\n')}`).join('\n\n')}

## Bodies

${Object.entries(components.schemas)
  .filter(([, schema]) => schema.properties && !/Page$/.test(schema.title ?? ''))
  .filter(([name]) => !name.endsWith('Page'))
  .map(([name, schema]) => `### ${name}\n\n${fieldTable(schema)}`)
  .join('\n\n')}`
}

function operationSection({ name, summary, description, parameters = [], requestBody, responses }) {
  const asked = parameters.filter((one) => one.in === 'query')
  const body = schemaName(requestBody?.content?.['application/json']?.schema)
  const parts = [
    `### ${code(name)}`,
    [summary, description]
      .filter(Boolean)
      .map((sentence) => sentence.replace(/\.?$/, '.'))
      .join(' '),
  ]
  if (body) parts.push(`Body: ${body}.`)
  if (asked.length > 0) {
    parts.push(
      table(
        ['query', 'type', 'meaning'],
        asked.map((one) => [code(one.name), typeOf(one.schema), one.description ?? '']),
      ),
    )
  }
  parts.push(
    Object.entries(responses)
      .filter(([status]) => status !== 'default')
      .map(([status, response]) => {
        const content = Object.values(response.content ?? {})[0]
        const answered = schemaName(content?.schema)
        return `- ${status}${answered ? ` ${answered}` : ''}: ${response.description}`
      })
      .join('\n'),
  )
  return parts.join('\n\n')
}

function fieldTable({ properties, required = [] }) {
  return table(
    ['field', 'type', '', 'meaning'],
    Object.entries(properties).map(([field, schema]) => [
      code(field),
      typeOf(schema),
      required.includes(field) ? '' : 'optional',
      schema.description ?? '',
    ]),
  )
}

function schemaName(schema) {
  if (schema === undefined) return ''
  const name = schema.$ref?.split('/').pop()
  if (name === undefined) return ''
  return name.endsWith('Page')
    ? `a page of ${name.replace(/Page$/, '')}`
    : `[${name}](#${name.toLowerCase()})`
}

function typeOf(schema) {
  if (schema.$ref) return schemaName(schema)
  if (schema.enum?.length === Object.keys(ERRORS).length) return 'a [code](errors.md)'
  if (schema.enum) return schema.enum.map((word) => code(word)).join(', ')
  if (schema.const !== undefined) return code(schema.const)
  const any = schema.anyOf ?? schema.oneOf
  if (any) return any.map(typeOf).join(' or ')
  const types = [schema.type ?? 'any'].flat()
  return types
    .map((type) => (type === 'array' ? `list of ${typeOf(schema.items)}` : wordFor(type, schema)))
    .join(' or ')
}

const WORDS = { string: 'text', integer: 'whole number', object: 'object', any: 'anything' }

function wordFor(type, schema) {
  if (type === 'string' && schema.format) return schema.format
  return WORDS[type] ?? type
}
