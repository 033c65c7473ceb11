import { Notice } from '../app/Notice.js';

export function HuntPage() {
  return <Notice title="Hunting" />;
}
