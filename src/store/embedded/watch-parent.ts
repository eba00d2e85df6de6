import { spawn } from 'node:child_process'

/**
 * Ends a throwaway server and removes its folder when this process is gone, also by kill -9, which test runners use
 * on their workers. A shell waits for the end of a pipe that only we hold open; the system closes it for us,
 * whatever happens. (Not on Windows, where the folder is left to the system's own cleaning.)
 */
export function watchParent(folder: string): { stop(): void } {
  if (process.platform === 'win32') return { stop: () => undefined }
  const script = `
    read -r word
    pid=$(head -n 1 "$1/data/postmaster.pid")
    test -n "$pid" && kill -QUIT "$pid"
    tries=0
    while test "$tries" -lt 100; do
      if test -z "$pid" || ! kill -0 "$pid"; then rm -rf -- "$1" && exit 0; fi
      sleep 0.1
      tries=$((tries + 1))
    done
    rm -rf -- "$1"
  `
  const shell = spawn('/bin/sh', ['-c', script, 'sh', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.once('error', () => undefined) // no shell: then only an orderly end cleans up
  shell.unref()
  const pipe = shell.stdin as typeof shell.stdin & { unref(): void }
  pipe.on('error', () => undefined)
  pipe.unref()
  return {
    stop: () => {
      shell.kill('SIGKILL')
    },
  }
}
