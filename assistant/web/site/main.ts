import { mount } from 'svelte';
import { Api } from '../shared/api';
import { Settings } from '../shared/settings.svelte';
import Site from './Site.svelte';

const server = new URL('/', location.href).href;
const community = new URLSearchParams(location.search).get('community') || 'demo';

mount(Site, {
  target: document.getElementById('site')!,
  props: { api: new Api(server), community_id: community, settings: new Settings() },
});

// What any other site writes as one line of HTML.
const script = document.createElement('script');
script.src = `${server}widget.js`;
script.async = true;
script.dataset['community'] = community;
document.head.append(script);
