/** One small sheet for all pages. Colours pass 4.5:1 on their grounds, light and dark; no status is told by colour alone. */
export const STYLE = `
:root { color-scheme: light dark; --ground:#fbfbf9; --paper:#fff; --ink:#1d2126; --soft:#5a6370; --line:#dfe1dc; --accent:#0b5c8a;
  --good:#17663a; --good-ground:#e3f4e9; --wait:#7a4b00; --wait-ground:#fdf0d5; --bad:#9c1f1f; --bad-ground:#fbe6e4; --rest:#454d57; --rest-ground:#eaecee }
@media (prefers-color-scheme: dark) { :root { --ground:#15181b; --paper:#1d2125; --ink:#e9ebed; --soft:#a5adb7; --line:#343a41; --accent:#7cc0ea;
  --good:#8fdcab; --good-ground:#17331f; --wait:#f2cd83; --wait-ground:#3a2c0d; --bad:#f5a9a1; --bad-ground:#401a18; --rest:#c3c9d0; --rest-ground:#2c3238 } }
* { box-sizing: border-box }
body { margin:0; overflow-wrap:anywhere; background:var(--ground); color:var(--ink); font:16px/1.5 system-ui, sans-serif }
a { color:var(--accent) } a:hover { text-decoration-thickness:2px }
:focus-visible { outline:3px solid var(--accent); outline-offset:2px; border-radius:4px }
.skip { position:absolute; left:-999rem } .skip:focus { left:1rem; top:1rem; background:var(--paper); padding:.5rem; z-index:1 }
header { background:var(--paper); border-bottom:1px solid var(--line) }
.bar { max-width:68rem; margin:auto; padding:.75rem 1rem; display:flex; flex-wrap:wrap; gap:.25rem 1.25rem; align-items:baseline }
.name { font-weight:700; color:inherit; text-decoration:none } .now { color:var(--soft); font-size:.875rem; margin-left:auto }
nav ul { display:flex; flex-wrap:wrap; gap:.25rem 1rem; list-style:none; margin:0; padding:0 }
nav a { text-decoration:none; padding:.25rem 0; display:inline-block } nav a[aria-current] { font-weight:600; color:var(--ink); border-bottom:2px solid var(--accent) }
main { max-width:68rem; margin:auto; padding:1rem 1rem 3rem }
footer { max-width:68rem; margin:auto; padding:1rem; color:var(--soft); font-size:.875rem; border-top:1px solid var(--line) }
h1 { font-size:1.5rem; margin:1rem 0 .5rem; overflow-wrap:anywhere } h2 { font-size:1.125rem; margin:2rem 0 .5rem }
p { max-width:44rem } .soft { color:var(--soft) } .small { font-size:.875rem }
.scroll { overflow-x:auto; background:var(--paper); border:1px solid var(--line); border-radius:8px }
table { border-collapse:collapse; width:100% } th, td { overflow-wrap:normal; text-align:left; padding:.55rem .75rem; vertical-align:top; border-top:1px solid var(--line) }
thead th { border-top:0; font-size:.8125rem; color:var(--soft); font-weight:600; white-space:nowrap } .number { text-align:right; white-space:nowrap; font-variant-numeric:tabular-nums }
td.id { overflow-wrap:anywhere; min-width:9rem } .time { white-space:nowrap; font-variant-numeric:tabular-nums }
code, pre, .mono { font-family:ui-monospace, monospace; font-size:.875em } pre { white-space:pre-wrap; overflow-wrap:anywhere; background:var(--paper); border:1px solid var(--line); border-radius:8px; padding:.75rem; margin:.5rem 0 }
.badge { display:inline-block; padding:.05rem .6rem; border-radius:999px; font-size:.8125rem; font-weight:600; white-space:nowrap; color:var(--rest); background:var(--rest-ground) }
.badge.good { color:var(--good); background:var(--good-ground) } .badge.wait { color:var(--wait); background:var(--wait-ground) } .badge.bad { color:var(--bad); background:var(--bad-ground) }
form.row, .row { display:flex; flex-wrap:wrap; gap:.75rem; align-items:end; margin:.75rem 0 } form.inline { display:inline }
label { display:block; font-size:.875rem; font-weight:600 } .hint { font-weight:400; color:var(--soft) }
input, select { font:inherit; color:inherit; background:var(--paper); border:1px solid var(--soft); border-radius:6px; padding:.4rem .6rem; width:100%; min-height:2.5rem }
.grow { flex:1 1 18rem } .narrow { flex:0 1 11rem } .medium { flex:0 1 16rem } fieldset { border:1px solid var(--line); border-radius:8px; padding:.5rem 1rem; background:var(--paper) } legend { font-weight:600 }
button { font:inherit; font-weight:600; border:1px solid var(--accent); background:var(--accent); color:var(--paper); border-radius:6px; padding:.4rem .9rem; min-height:2.5rem; cursor:pointer; white-space:nowrap }
button.quiet { background:transparent; color:var(--accent) } td button { min-height:2rem; padding:.15rem .6rem; font-size:.875rem }
dl { display:grid; grid-template-columns:max-content 1fr; gap:.25rem 1.5rem; margin:.75rem 0 } dt { color:var(--soft) } dd { margin:0; overflow-wrap:anywhere }
td ol { margin:.25rem 0; padding-left:1.25rem } td form { margin-top:.35rem } ol.timeline { list-style:none; margin:.5rem 0; padding:0 } ol.timeline li { border-left:3px solid var(--line); padding:.25rem 0 .5rem 1rem }
.alert, .done { border-radius:8px; padding:.6rem 1rem; margin:1rem 0; background:var(--bad-ground); color:var(--bad) } .done { background:var(--good-ground); color:var(--good) } .note { border-radius:8px; padding:.6rem 1rem; margin:1rem 0; background:var(--wait-ground); color:var(--wait) }
.big { font-size:1.75rem; font-weight:700; margin:.25rem 0; font-variant-numeric:tabular-nums } .card { background:var(--paper); border:1px solid var(--line); border-radius:8px; padding:1rem; margin:1rem 0 }
summary { cursor:pointer } .empty { padding:1.5rem; text-align:center; color:var(--soft); background:var(--paper); border:1px dashed var(--line); border-radius:8px; max-width:none }
img.qr { background:#fff; border-radius:8px } .till main { max-width:34rem } .till .end { text-align:right; margin:0 } .choices { display:grid; gap:.5rem } form.choice { background:var(--paper); border:1px solid var(--line); border-radius:8px; padding:.6rem 1rem }
form.choice .row { margin:.35rem 0 0 } ul.list { padding-left:1.25rem } a.button { display:inline-block; font-weight:600; background:var(--accent); color:var(--paper); border-radius:6px; padding:.5rem .9rem; text-decoration:none } input.check { width:auto; min-height:0 }
@media (max-width:40rem) { dl { grid-template-columns:1fr; gap:0 } dd { margin-bottom:.5rem } .now { margin-left:0 } button, .badge, .time { white-space:normal } th, td { padding:.45rem .5rem } }
`
