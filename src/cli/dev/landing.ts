/** The page at `/` of `bayar dev`: where everything is. It shows no key: the page is open to whoever reaches the machine. */
export function landingPage(addresses: {
  appUrl: string
  simulatorUrl: string | null
  devFile: string
}): string {
  const { appUrl, simulatorUrl, devFile } = addresses
  const charge = JSON.stringify({
    order_id: 'TRY-1',
    gross_amount: 150_000,
    payment_type: 'bank_transfer',
    bank: 'bca',
  })
  const links = [
    [`${appUrl}/docs`, 'API docs'],
    [`${appUrl}/readyz`, 'Is everything up?'],
    ...(simulatorUrl === null ? [] : [[simulatorUrl, 'The Midtrans simulator: pay what was charged']]),
  ]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>bayar</title>
<style>
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1c2024; background: #fcfcfa }
  pre { background: #f2f2ee; padding: 1rem; border-radius: .4rem; white-space: pre-wrap; word-break: break-word }
  a { color: #0b5c8a }
</style>
<h1>bayar runs</h1>
<ul>${links.map(([href, text]) => `<li><a href="${escapeHtml(href!)}">${escapeHtml(text!)}</a></li>`).join('')}</ul>
<p>Charge a BCA virtual account; the API key is <code>api_key</code> in <code>${escapeHtml(devFile)}</code>:</p>
<pre>BAYAR_API_KEY=$(node -p 'JSON.parse(fs.readFileSync(process.argv[1])).api_key' ${escapeHtml(quoted(devFile))})
curl -s ${escapeHtml(appUrl)}/midtrans/api/charge/ -H "Authorization: Bearer $BAYAR_API_KEY" -H 'Content-Type: application/json' -d '${escapeHtml(charge)}'</pre>
</html>`
}

/** As one word of a shell. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
