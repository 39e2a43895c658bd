// The HTML of an explanation. It holds no script; its links are commands that only the panel which shows it allows.
import MarkdownIt from 'markdown-it';
import type { Explanation, Place } from './protocol';

/** The command behind the links of the path, in extension.ts. */
export const openPlace = 'pavise.openPlace';

export function html(x: Explanation, o: { gone: boolean; style: string; source: string }): string {
  const f = x.finding;
  const facts = [`severity ${f?.severity ?? x.rule.severity}`, `confidence ${f?.confidence ?? x.rule.confidence}`, ...x.cwe.map((n) => `CWE-${n}`), ...x.owasp];
  const parts = [`<h1>${text(x.rule.title)}</h1>`, `<p class="facts"><code>${text(x.rule.id)}</code> ${facts.map((s) => `<span>${text(s)}</span>`).join(' ')}</p>`];
  if (o.gone) {
    parts.push('<p class="gone" role="status">This finding is no longer there.</p>');
  }
  if (f !== undefined) {
    parts.push(`<p class="message">${prose(f.message)}</p>`);
    if (f.steps.length > 1) {
      parts.push('<h2>The way of the data</h2>', `<ol class="path">${f.steps.map((s) => step(s)).join('')}</ol>`);
    } else {
      parts.push('<h2>Where</h2>', `<ol class="path">${step({ ...f.place, text: f.steps[0]?.text ?? '' })}</ol>`);
    }
    if (f.fixes.length > 0) {
      parts.push('<h2>Fixes</h2>', `<ul class="fixes">${f.fixes.map(fix).join('')}</ul>`);
    }
  }
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${text(o.source)};">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${text(o.style)}">
<title>${text(x.rule.id)}</title>
</head>
<body>
<main>
${parts.join('\n')}
<article>
${page(x.page)}
</article>
</main>
</body>
</html>
`;
}

function step(s: Place): string {
  const target = `command:${openPlace}?${encodeURIComponent(JSON.stringify([s.uri, s.range]))}`;
  return `<li><a href="${text(target)}"><span class="at">${text(s.file)}:${s.range.start.line + 1}</span> ${prose(s.text)}<code>${python(s.code)}</code></a></li>`;
}

function fix(f: { title: string; caveat: string; refusal: string }): string {
  if (f.refusal !== '') {
    return `<li>No automatic fix: ${prose(f.refusal)}</li>`;
  }
  return `<li>${prose(f.title)}${f.caveat === '' ? '' : `. <span class="caveat">${prose(f.caveat)}</span>`}</li>`;
}

const markdown = new MarkdownIt({ html: false, linkify: false });
markdown.validateLink = (url) => /^(https?:\/\/|#)/i.test(url);
markdown.renderer.rules['fence'] = (tokens, i) => {
  const token = tokens[i];
  const [language, kind] = (token?.info ?? '').trim().split(/\s+/);
  const code = language === 'python' ? python(token?.content ?? '') : text(token?.content ?? '');
  const label = kind === 'bad' ? 'Unsafe' : kind === 'good' ? 'Safe' : '';
  return `<figure class="${label.toLowerCase()}">${label === '' ? '' : `<figcaption>${label}</figcaption>`}<pre><code>${code}</code></pre></figure>\n`;
};

/** A rule's page without its title, which stands over the finding. */
function page(source: string): string {
  return markdown.render(source.replace(/^# .*\n/, ''));
}

const words =
  /(#.*)|([fFrRbBuU]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))|\b(and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|match|nonlocal|not|or|pass|raise|return|try|while|with|yield|None|True|False)\b/g;

/** Python with its comments, strings and keywords marked. */
function python(code: string): string {
  let out = '';
  let from = 0;
  for (const m of code.matchAll(words)) {
    const kind = m[1] !== undefined ? 'comment' : m[2] !== undefined ? 'string' : 'keyword';
    out += text(code.slice(from, m.index)) + `<span class="${kind}">${text(m[0])}</span>`;
    from = m.index + m[0].length;
  }
  return out + text(code.slice(from));
}

/** A sentence with `code` in it. */
function prose(s: string): string {
  return text(s).replace(/&#96;(.*?)&#96;/g, '<code class="word">$1</code>');
}

function text(s: string): string {
  return s.replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`);
}
