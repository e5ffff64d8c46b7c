import { render } from 'preact';
import { App } from './app.tsx';
import { createServices, ServicesContext } from './services.ts';
import './styles/style.css';

const services = createServices(window);
render(
  <ServicesContext.Provider value={services}>
    <App />
  </ServicesContext.Provider>,
  document.getElementById('app')!,
);
