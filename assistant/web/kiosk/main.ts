import { mount } from 'svelte';
import { Api } from '../shared/api';
import Kiosk from './Kiosk.svelte';

const query = new URLSearchParams(location.search);

mount(Kiosk, {
  target: document.getElementById('kiosk')!,
  props: {
    api: new Api(new URL('/', location.href).href),
    community_id: query.get('community') || 'demo',
    query,
  },
});
