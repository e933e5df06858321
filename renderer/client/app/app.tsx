import { useTranslation } from 'react-i18next';
import { selectSession } from '../../../engine/state/selectors.ts';
import { Spinner } from '../../ui/spinner.tsx';
import { useDomain } from '../engine-context.tsx';
import { Shell } from '../layout/shell.tsx';
import { Login } from '../login/login.tsx';
import styles from './app.module.css';

/** The client: quiet while a saved login is looked for, then the login or the window. */
export function App() {
  const phase = useDomain((state) => selectSession(state).phase);
  switch (phase) {
    case 'starting':
      return <Starting />;
    case 'loggedOut':
    case 'loggingIn':
      // One component for both, so that the form keeps what was typed.
      return <Login />;
    case 'loggedIn':
      return <Shell />;
  }
}

function Starting() {
  const { t } = useTranslation('layout');
  return (
    <div className={styles.starting}>
      <Spinner label={t('starting')} />
    </div>
  );
}
