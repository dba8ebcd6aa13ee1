import { mount } from 'svelte';
import { Api } from '../shared/api';
import { Settings } from '../shared/settings.svelte';
import Source from './Source.svelte';

mount(Source, {
  target: document.getElementById('source')!,
  props: {
    api: new Api(new URL('/', location.href).href),
    // The address is /source/{edition}?passage={passage}.
    edition_id: decodeURIComponent(location.pathname.split('/').filter(Boolean).pop() ?? ''),
    passage: new URLSearchParams(location.search).get('passage'),
    settings: new Settings(),
  },
});
