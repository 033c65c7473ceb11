/** Whether an address can name it: `.` and `..` in a path mean the place itself and the one above it. */
export function isAddressable(name: string): boolean {
  return name !== '.' && name !== '..';
}
