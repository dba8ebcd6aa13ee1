import { mount } from 'svelte';
import { Api } from '../shared/api';
import { Settings } from '../shared/settings.svelte';
import Source from './Source.svelte';

const query = new URLSearchParams(location.search);

mount(Source, {
  target: document.getElementById('source')!,
  props: {
    api: new Api(new URL('/', location.href).href),
    // The address is /source/{edition}?passage={passage}&community={community}.
    edition_id: decodeURIComponent(location.pathname.split('/').filter(Boolean).pop() ?? ''),
    passage: query.get('passage'),
    community: query.get('community'),
    settings: new Settings(),
  },
});
