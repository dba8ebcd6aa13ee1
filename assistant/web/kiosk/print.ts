/** Widths of paper that receipt printers take, in millimetres. */
const PAPERS = [58, 80];
const MM_PER_PX = 25.4 / 96;
/** Paper below the last line, so that it can be torn off. */
const FOOT_MM = 8;

/** Prints one slip and nothing else, on paper as long as the slip; `?paper=58` takes the narrow roll. */
export function print_slip(slip: HTMLElement): void {
  const wanted = Number(new URLSearchParams(location.search).get('paper'));
  const paper = PAPERS.includes(wanted) ? wanted : 80;
  const root = document.documentElement;
  root.style.setProperty('--paper-width', `${paper}mm`);
  const copy = slip.cloneNode(true) as HTMLElement;
  copy.classList.add('printed');
  document.body.append(copy);
  const height = Math.ceil(copy.getBoundingClientRect().height * MM_PER_PX) + FOOT_MM;
  const page = document.createElement('style');
  page.textContent = `@page { size: ${paper}mm ${height}mm; margin: 0; }`;
  document.head.append(page);
  root.classList.add('printing');
  window.print();
  root.classList.remove('printing');
  copy.remove();
  page.remove();
}
