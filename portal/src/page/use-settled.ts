import { useEffect, useState } from 'react';

/** The value, once it has not changed for a while: of what is being typed, what was meant. */
export function useSettled<T>(value: T, quietMs = 400): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), quietMs);
    return () => clearTimeout(timer);
  }, [value, quietMs]);
  return settled;
}
