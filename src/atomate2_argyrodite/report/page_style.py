"""The style sheet of the report's page: phone, desktop, dark screens and paper."""

CSS = """
:root { color-scheme: light dark; --ink: #1a1a1a; --soft: #4a4a4a; --paper: #fff; --panel: #f4f5f7;
  --line: #d5d7da; --strong-line: #80858c; --link: #00549e; --problem: #b00020;
  --problem-panel: #fdecee; --warning: #9a5b00; --warning-panel: #fff5e5; --good: #00694a;
  --shadow: rgb(0 0 0 / .22); }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --soft: #b9bcc0;
  --paper: #16181b; --panel: #22262a; --line: #3a3f45; --strong-line: #8a9098; --link: #8cc4ff;
  --problem: #ff8a94; --problem-panel: #3a1d21; --warning: #ffc168; --warning-panel: #362a17;
  --good: #6fd3ae; --shadow: rgb(255 255 255 / .25); } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { font: 1rem/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
  color: var(--ink); background: var(--paper); margin: 0; }
.layout, header, footer { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 1.4rem 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.4rem 0 .6rem; padding-top: .6rem;
  border-top: 2px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.6rem 0 .4rem; }
section:first-child h2 { margin-top: 1rem; border-top: 0; padding-top: 0; }
p { max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .3rem .6rem; z-index: 2; }
header p { margin: .2rem 0; color: var(--soft); max-width: none; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1rem;
  padding: 0 .7rem; font-weight: 600; font-size: .9rem; color: var(--soft); }
.badge.problem { color: var(--problem); } .badge.warning { color: var(--warning); }
.badge.good { color: var(--good); }
nav ul { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; list-style: none; padding: 0;
  margin: .6rem 0 0; }
nav a { display: inline-block; padding: .2rem 0; }
.nav-title { display: none; }
@media (min-width: 68rem) {
  .layout { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: 0 2.2rem; }
  nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto;
    padding: 1rem 0; font-size: .93rem; }
  .nav-title { display: block; font-weight: 600; margin: 0; }
  nav ul { flex-direction: column; } }
main { min-width: 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr));
  gap: .8rem; margin: 1rem 0; padding: 0; }
.facts div { background: var(--panel); border-radius: .4rem; padding: .6rem .9rem; }
.facts dt { font-weight: 600; font-size: .9rem; color: var(--soft); }
.facts dd { margin: .1rem 0 0; overflow-wrap: anywhere; }
.cautions { list-style: none; padding: 0; margin: .4rem 0; }
.cautions li { border-left: .35rem solid var(--strong-line); background: var(--panel);
  padding: .4rem .8rem; margin: .4rem 0; overflow-wrap: anywhere; }
.cautions .problem { border-color: var(--problem); background: var(--problem-panel); }
.cautions .warning { border-color: var(--warning); background: var(--warning-panel); }
.scroll { container-type: inline-size; overflow-x: auto; margin: .8rem 0 1rem;
  background: /* a shadow where there is more to see */
    linear-gradient(to left, var(--paper) 40%, transparent) right / 3rem 100% no-repeat local,
    linear-gradient(to left, var(--shadow), transparent) right / 1rem 100% no-repeat scroll; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
caption span { display: inline-block; position: sticky; left: 0; max-width: 100cqi; }
sub { font-size: .75em; line-height: 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem 1rem .35rem 0;
  border-bottom: 1px solid var(--line); }
thead th { min-width: 4.2rem; border-bottom: 2px solid var(--strong-line); vertical-align: bottom; }
.short { white-space: nowrap; }
.long { min-width: 15rem; }
tbody th { font-weight: 600; white-space: nowrap; position: sticky; left: 0;
  background: var(--paper); }
tbody th.long { white-space: normal; position: static; }
@media (max-width: 40rem) { tbody th, tbody th.short { white-space: normal; max-width: 8.5rem;
  padding-right: .6rem; } }
details { margin: .8rem 0; }
summary { cursor: pointer; font-weight: 600; padding: .3rem 0; overflow-wrap: anywhere; }
figure { margin: 1.2rem 0 1.8rem; }
figure .scroll { margin: 0; }
img { max-width: 100%; height: auto; background: #fff; border-radius: .3rem; }
.wide img { min-width: 36rem; }
figcaption { font-size: .92rem; color: var(--soft); max-width: 46rem; margin-top: .3rem; }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr));
  gap: 0 1.6rem; }
pre { background: var(--panel); padding: .8rem; overflow-x: auto; font-size: .85rem;
  border-radius: .3rem; }
code { background: var(--panel); padding: .05rem .3rem; border-radius: .2rem;
  overflow-wrap: anywhere; }
footer { margin-top: 3rem; padding-bottom: 2rem; font-size: .9rem; color: var(--soft); }
@media print { @page { margin: 16mm 14mm; } html { font-size: 9.5pt; } nav, .skip { display: none; }
  .layout { display: block; } figure, tr, .cautions li, .facts div { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; } .scroll { overflow: visible; background: none; }
  th, td { padding-right: .5rem; } table { font-size: 8pt; }
  .short, tbody th { white-space: normal; }
  .long { min-width: 0; } .wide img { min-width: 0; } a { color: inherit; text-decoration: none; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  img { max-height: 200mm; } }
"""
