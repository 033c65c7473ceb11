import { Notice } from '../app/notice.js';

export function HuntPage() {
  return <Notice title="Hunting" />;
}
