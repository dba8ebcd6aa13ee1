import { mount } from 'svelte';
import { Desk } from './desk.svelte';
import DeskPage from './DeskPage.svelte';

const desk = new Desk(new URL('/api/desk/', location.href).href);

mount(DeskPage, { target: document.getElementById('desk')!, props: { desk } });
