/** A table in Markdown. Cells may hold anything: a pipe or a line end would break the row. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function cell(content) {
  return String(content ?? '')
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ')
    .trim()
}

export function code(text) {
  return `\`${text}\``
}

export function codes(texts) {
  return texts.map(code).join(', ')
}
