// 'tree' builds elements one by one instead of through innerHTML, so a host page may require
// Trusted Types and still carry the widget.
export default {
  compilerOptions: { runes: true, fragments: 'tree' },
};
