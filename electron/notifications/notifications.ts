import { Notification } from 'electron';
import type { IpcRequest } from '../../protocol/ipc.ts';

/** The system's notifications, one per id (NOT-2). */
export interface Notifications {
  show(notice: IpcRequest<'notification.show'>): void;
  close(id: string): void;
}

export const systemNotifications = (onClick: (id: string) => void): Notifications => {
  const shown = new Map<string, Notification>();
  const close = (id: string): void => {
    shown.get(id)?.close();
    shown.delete(id);
  };
  return {
    close,
    show: ({ id, title, body, silent }) => {
      close(id);
      if (!Notification.isSupported()) return;
      const notification = new Notification({ title, body, silent });
      const forget = (): void => {
        if (shown.get(id) === notification) shown.delete(id);
      };
      notification.on('close', forget);
      notification.on('failed', forget);
      notification.on('click', () => {
        forget();
        onClick(id);
      });
      // Kept: a notification that is collected as garbage no longer answers clicks.
      shown.set(id, notification);
      notification.show();
    },
  };
};
