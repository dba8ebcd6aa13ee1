/** Everything of the voice that the widget loads only when somebody speaks or listens. */
export { Hearing } from './hearing';
export { Microphone, NoMicrophone } from './microphone';
export { ServerPlayer } from './server-player';
export { Voice } from './voice';
