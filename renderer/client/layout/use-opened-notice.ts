import { useEffect } from 'react';
import { selectContactById } from '../../../engine/state/selectors.ts';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from './navigation.tsx';

/** Goes to what a notice is about once the user has opened it. */
export function useOpenedNotice(): void {
  const commands = useCommands();
  const { show, openConversation } = useNavigation();
  const opened = useDomain((state) => state.notices.opened);
  const contact = useDomain(selectContactById(opened?.kind === 'callBack' ? opened.userId : ''));
  useEffect(() => {
    if (opened === null) return;
    commands.notices.takeOpened();
    if (opened.kind === 'message') openConversation(opened.peer);
    else if (opened.kind === 'missedCall') show('journal');
    else if (opened.kind === 'voicemail') show('voicemail');
    else if (opened.kind === 'callBack' && contact !== null) openConversation(contact.jid);
  }, [opened, contact, commands, show, openConversation]);
}
