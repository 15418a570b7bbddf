import { Home } from '../overview/home.tsx';

export default function HomePage() {
  return <Home />;
}
