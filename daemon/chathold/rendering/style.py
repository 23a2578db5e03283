"""The look of message bodies: code, tables, notes, folded pieces. For a file of its own, or inside a page."""

STYLE = """\
:root {
  --text: #1d1d1f; --quiet: #62626a; --line: #dcdce0; --ground: #ffffff; --raised: #f5f5f7; --link: #0a5bb5;
  --word: #8a1c6b; --string: #1f6a2e; --number: #9a4200; --comment: #62626a; --name: #0b57a4; --wrong: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6e6e9; --quiet: #a0a0a8; --line: #3a3a40; --ground: #1b1b1e; --raised: #26262a; --link: #7db7ff;
    --word: #ee97d4; --string: #96d39f; --number: #f2b27a; --comment: #a0a0a8; --name: #8cc3ff; --wrong: #ff8a80;
  }
}
.text { overflow-wrap: anywhere; line-height: 1.6; }
.text > :first-child { margin-top: 0; }
.text > :last-child { margin-bottom: 0; }
.typed p { white-space: pre-wrap; }
.text table { border-collapse: collapse; display: block; overflow-x: auto; max-width: 100%; }
.text th, .text td { border: 1px solid var(--line); padding: .3em .6em; vertical-align: top; text-align: start; }
.text .right { text-align: right; }
.text .center { text-align: center; }
.text blockquote, .citations blockquote {
  margin: .5em 0; padding-inline-start: 1em; border-inline-start: 3px solid var(--line); color: var(--quiet);
}
.text h1 { font-size: 1.35em; }
.text h2 { font-size: 1.2em; }
.text h3, .text h4, .text h5, .text h6 { font-size: 1.05em; }
.text a, .citations a, a.file { color: var(--link); }
code, pre { font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Consolas, monospace; font-size: .92em; }
.text code:not(pre code) { background: var(--raised); border-radius: 4px; padding: .1em .3em; }
pre.code, pre.plain, pre.math {
  background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: .8em 1em; margin: .8em 0;
  overflow: auto; max-height: 36em; line-height: 1.45; tab-size: 4;
}
pre.plain, pre.math { white-space: pre-wrap; overflow-wrap: anywhere; }
pre.plain { unicode-bidi: isolate; }
code.math { background: none; }
details { border-inline-start: 2px solid var(--line); padding-inline-start: .8em; margin: .6em 0; }
summary { color: var(--quiet); cursor: pointer; overflow-wrap: anywhere; }
p.missing, p.empty, .citations .host { color: var(--quiet); }
p.file img { max-width: 100%; max-height: 32em; height: auto; border-radius: 8px; }
.citations {
  border-top: 1px solid var(--line); margin-top: 1em; padding-top: .6em; font-size: .9em; overflow-wrap: anywhere;
}
.code .k, .code .kc, .code .kd, .code .kn, .code .kr, .code .kt, .code .ow, .code .kp, .code .nt { color: var(--word); }
.code .s, .code .s1, .code .s2, .code .sa, .code .sb, .code .sc, .code .sd, .code .se, .code .sh, .code .si,
.code .sr, .code .ss, .code .sx, .code .dl, .code .gi { color: var(--string); }
.code .m, .code .mb, .code .mf, .code .mh, .code .mi, .code .il, .code .mo, .code .bp { color: var(--number); }
.code .c, .code .c1, .code .cm, .code .cp, .code .ch, .code .cpf { color: var(--comment); font-style: italic; }
.code .nf, .code .fm, .code .nc, .code .nn, .code .nb, .code .na, .code .nd, .code .nv { color: var(--name); }
.code .gd, .code .gr { color: var(--wrong); }
.code .gh, .code .gu, .code .gs { font-weight: 600; }
@media print { pre.code, pre.plain, pre.math { max-height: none; } }
"""
"""CSS for what `message_html` gives, light and dark; a page around it can use its colours (`var(--text)` …).

Browsers give `pre` with `dir="auto"` a direction for every line (`unicode-bidi: plaintext`); Chromium takes more
than a minute for a line of 5 MB then, and 2 seconds without.
"""
