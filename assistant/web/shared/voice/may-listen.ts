/** Whether this page may ask for a microphone at all: browsers give it to pages with TLS only. */
export function may_listen(): boolean {
  return Boolean(navigator.mediaDevices?.getUserMedia) && 'AudioWorkletNode' in window;
}
