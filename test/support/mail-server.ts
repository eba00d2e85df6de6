/** A mail server of a test's own, over real sockets: it takes what it is sent, refuses whom it is told to refuse, and loses its answer on demand. */
import { createServer, type Socket } from 'node:net'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Header and body, as they came over the wire. */
  readonly source: string
}

export interface MailServer {
  readonly url: string
  readonly mails: readonly ReceivedMail[]
  /** What it answers to this recipient; unless set, it takes the mail. */
  refuse(address: string, answer: string): void
  /** The next mail is taken, and the connection cut before anybody is told. */
  loseNextAnswer(): void
  [Symbol.asyncDispose](): Promise<void>
}

export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = []
  const refusals = new Map<string, string>()
  const sockets = new Set<Socket>()
  let isLosing = false

  function serve(socket: Socket): void {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    const answer = (line: string) => void socket.write(`${line}\r\n`)
    let [from, to, source]: [string, string[], string[] | null] = ['', [], null]
    let rest = ''

    /** What it says to this line; null while a mail goes on. */
    function answerTo(line: string): string | null {
      if (source !== null) return takeLine(line, source)
      const address = /<(.*?)>/.exec(line)?.[1] ?? ''
      switch (line.toUpperCase().split(/[ :]/)[0]) {
        case 'MAIL':
          from = address
          to = []
          return '250 go on'
        case 'RCPT': {
          const said = refusals.get(address) ?? '250 go on'
          if (said.startsWith('2')) to.push(address)
          return said
        }
        case 'DATA':
          source = []
          return '354 go on'
        case 'QUIT':
          return '221 bye'
        default:
          return '250 as you like'
      }
    }

    function takeLine(line: string, lines: string[]): string | null {
      if (line !== '.') {
        lines.push(line.replace(/^\.\./, '.'))
        return null
      }
      mails.push({ from, to, source: lines.join('\r\n') })
      source = null
      if (!isLosing) return '250 taken'
      isLosing = false
      socket.destroy()
      return null
    }

    answer('220 mail.test')
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n')
      rest = lines.pop()!
      for (const line of lines) {
        const said = answerTo(line)
        if (said !== null) answer(said)
      }
    })
  }

  const server = createServer(serve)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse: (address, answer) => void refusals.set(address, answer),
    loseNextAnswer: () => {
      isLosing = true
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}
