/** What the clipboard holds as Markdown: headings, lists and tables stay what they are. */
export function text_of_clipboard(data: DataTransfer): string {
  const html = data.getData('text/html');
  return (html ? text_of_html(html) : '') || data.getData('text/plain').trim();
}

/** Text of a page as Markdown; pictures, scripts and styles are left out. */
export function text_of_html(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  return blocks(page.body)
    .join('\n\n')
    .replace(/[ \t\u00a0]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

const LEFT_OUT = 'script, style, noscript, img, svg, video, audio, iframe, button, input, nav';
const HEADING = /^H([1-6])$/;
const BLOCKS =
  'address, article, aside, blockquote, dd, div, dl, dt, footer, h1, h2, h3, h4, h5, h6, header, li, main, ol, p, pre, section, table, ul';

function blocks(node: Element): string[] {
  const found: string[] = [];
  let line = '';
  const end_line = (): void => {
    if (line.trim()) found.push(line.trim());
    line = '';
  };
  for (const child of node.childNodes) {
    if (child instanceof Text) {
      line += child.data.replace(/\s+/g, ' ');
    } else if (child instanceof Element && !child.matches(LEFT_OUT)) {
      if (child.tagName === 'BR') {
        end_line();
      } else if (child.matches(BLOCKS) || child.querySelector(BLOCKS)) {
        end_line();
        found.push(...block(child));
      } else {
        line += (child.textContent ?? '').replace(/\s+/g, ' ');
      }
    }
  }
  end_line();
  return found;
}

function block(element: Element): string[] {
  const level = HEADING.exec(element.tagName)?.[1];
  if (level) return [`${'#'.repeat(Number(level))} ${words(element)}`].filter((one) => /[^# ]/.test(one));
  if (element.tagName === 'TABLE') return table(element as HTMLTableElement);
  if (element.tagName === 'UL' || element.tagName === 'OL') {
    const items = [...element.children].map((item, index) => {
      const mark = element.tagName === 'OL' ? `${index + 1}.` : '-';
      return `${mark} ${blocks(item).join('\n')}`;
    });
    return items.length > 0 ? [items.join('\n')] : [];
  }
  return blocks(element);
}

function table(element: HTMLTableElement): string[] {
  const rows = [...element.rows].map((row) =>
    [...row.cells].map((cell) => words(cell).replaceAll('|', '｜')),
  );
  // Pages of old lay themselves out with tables of one cell.
  if (rows.every((row) => row.length <= 1)) {
    return [...element.rows].flatMap((row) => [...row.cells].flatMap((cell) => blocks(cell)));
  }
  const [head = [], ...rest] = rows.filter((row) => row.length > 0);
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [[line(head), line(head.map(() => '---')), ...rest.map(line)].join('\n')];
}

function words(element: Element): string {
  return (element.textContent ?? '').replace(/\s+/g, ' ').trim();
}
