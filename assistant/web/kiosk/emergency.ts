/** Numbers to call in danger; the order is that of the screen where a reply names none. */
export const EMERGENCY_NUMBERS = ['119', '120', '110'] as const;
export type EmergencyNumber = (typeof EMERGENCY_NUMBERS)[number];

/** Those that a reply names, in its order. */
export function named_numbers(text: string): EmergencyNumber[] {
  return EMERGENCY_NUMBERS.filter((number) => text.includes(number)).sort(
    (left, right) => text.indexOf(left) - text.indexOf(right),
  );
}
