import { all, at, choose, matches } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import { acting, actorDetails } from './actor.js';
import { actionText, category } from './event.js';

export const usbDrive: DocumentRule = {
  event: 'USB drive',
  table: 'DeviceEvents',
  actionType: choose(
    [actionText(/^(?:mount|attach)/, 'starts with mount'), 'UsbDriveMounted'],
    [actionText(/^(?:unmount|detach)/, 'starts with unmount'), 'UsbDriveUnmounted'],
  ),
  condition: all(category('volume_device'), matches('device.bus_type', /usb/, 'has USB')),
  actor: acting,
  columns: actorDetails,
  additional: {
    DriveLetter: at('volume.mount_name'),
    BusType: at('device.bus_type'),
    Manufacturer: at('device.manufacturer'),
    ProductName: at('device.product_id'),
    SerialNumber: at('device.serial_number'),
    Volume: at('volume.device_name'),
  },
};
