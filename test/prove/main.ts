/**
 * `npm run prove -- NAME`: proofs that take minutes, each with a short form among the tests. A proof prints what it
 * does as it goes, and fails by throwing.
 */
const PROOFS: Readonly<
  Record<string, { says: string; load: () => Promise<{ prove: (args: readonly string[]) => Promise<void> }> }>
> = {
  ground: {
    says: 'fresh clones on old and new Nodes, as root and as an ordinary user: both commands of the README',
    load: () => import('./ground.ts'),
  },
  crash: {
    says: 'kill -9 of the server at random moments under load (--times 100, --seed N)',
    load: () => import('./crash.ts'),
  },
  steps: {
    says: 'a process that dies at every single statement: of notifications, commands, invoices, subscriptions, wallets and every task; and a worker killed with -9 at every step of every task (--every N)',
    load: () => import('./steps.ts'),
  },
  year: {
    says: 'a simulated year of a thousand customers, with faults; afterwards every law of the books holds (--seed N, --customers N, --days N)',
    load: () => import('./year.ts'),
  },
  prisma: {
    says: 'a charge in the transaction of a real Prisma, fetched and generated for it',
    load: () => import('./prisma.ts'),
  },
}

const [name = '', ...args] = process.argv.slice(2)
const proof = PROOFS[name]
if (proof) {
  const { prove } = await proof.load()
  await prove(args)
} else {
  console.error('npm run prove -- NAME, where NAME is one of:')
  for (const [known, { says }] of Object.entries(PROOFS)) console.error(`  ${known.padEnd(10)} ${says}`)
  process.exitCode = 2
}
