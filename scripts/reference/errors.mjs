import { exitCode, exitOf } from '../../src/cli/exit-codes.ts'
import { BayarError, ERRORS } from '../../src/errors.ts'
import { code, table } from './markdown.mjs'

const RETRY = {
  never: 'no',
  later: 'yes, later',
  after_check: 'after a look: ask how the payment stands',
}

export function errorsPage() {
  const rows = Object.entries(ERRORS).map(([name, { status, retry, says }]) => [
    code(name),
    status,
    RETRY[retry],
    exitCode(exitOf(new BayarError(name))),
    says,
  ])
  return `# Errors

Everything that bayar refuses or cannot do is a \`BayarError\` with one of these codes. In the library it is thrown
(\`isBayarError(error, 'order_id_taken')\` asks for one); over HTTP it is an \`application/problem+json\` answer
(RFC 9457) with \`code\`, \`detail\`, \`retry\`, \`problems\` (field and reason of each mistake) and \`request_id\`; on the
command line it is a sentence and an exit code.

*Rejected* and *unknown* are different: after \`gateway_rejected\` no money moved by this request; after
\`gateway_unknown\` nobody can say yet, and the outcome is being looked up. Never send the second one again blindly.

${table(['code', 'HTTP', 'try again?', 'exit', 'says'], rows)}

Of errors with HTTP 500 and most with 503 a caller over HTTP hears the sentence of this table alone: the details name
hosts and settings, and stand in the log beside the same \`request_id\`.`
}
