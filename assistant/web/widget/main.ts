import { load_options, XiangyinWidget } from './element';

/*
 * The whole of what a host page includes:
 *   <script src="https://…/widget.js" data-community="demo" async></script>
 * With data-community the widget appears by itself; without it the page places
 * <xiangyin-widget community="demo"> where and when it likes.
 */

// Only while the script itself runs does the browser say which script that is.
const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;
const base = new URL('.', script?.src ?? document.baseURI).href;
XiangyinWidget.base = base;

if (!customElements.get('xiangyin-widget')) {
  customElements.define('xiangyin-widget', XiangyinWidget);
}

if (script?.dataset['community']) {
  const options = load_options(script.dataset);
  const place = (): void => {
    const widget = document.createElement('xiangyin-widget');
    for (const [name, value] of Object.entries(options)) widget.setAttribute(name, value);
    document.body.append(widget);
  };
  if (document.body) place();
  else document.addEventListener('DOMContentLoaded', place, { once: true });
}
