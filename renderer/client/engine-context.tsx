import { createContext, useContext, type ReactNode } from 'react';
import { Provider, useSelector } from 'react-redux';
import type { Store } from '@reduxjs/toolkit';
import type { EngineCommands } from '../../engine/client/commands.ts';
import type { DomainState } from '../../engine/state/types.ts';

const CommandsContext = createContext<EngineCommands | null>(null);

interface EngineProviderProps {
  store: Store<DomainState>;
  commands: EngineCommands;
  children: ReactNode;
}

/** Gives the components below it the engine's state and commands. */
export function EngineProvider({ store, commands, children }: EngineProviderProps) {
  return (
    <Provider store={store}>
      <CommandsContext value={commands}>{children}</CommandsContext>
    </Provider>
  );
}

/** The engine's commands; throws outside an `EngineProvider`, which is a bug. */
export function useCommands(): EngineCommands {
  const commands = useContext(CommandsContext);
  if (commands === null) throw new Error('useCommands needs an EngineProvider above it');
  return commands;
}

/** What the selector picks of the domain state; renders again when that changes by identity. */
export function useDomain<T>(selector: (state: DomainState) => T): T {
  return useSelector(selector);
}
