import { createRouter, createWebHashHistory } from 'vue-router';
import RunsView from './views/runs/RunsView.vue';

/** Views are loaded when they are first opened, but for the one that the workbench opens with. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: '/runs' },
    {
      path: '/runs',
      name: 'runs',
      component: RunsView,
      meta: { title: 'Runs' },
    },
    {
      path: '/runs/:id',
      name: 'run',
      component: () => import('./views/run/RunPage.vue'),
      meta: { title: 'Run' },
    },
    {
      path: '/designer',
      name: 'designer',
      component: () => import('./views/designer/DesignerView.vue'),
      meta: { title: 'Designer' },
    },
    {
      // ?runs=a,b,c
      path: '/compare',
      name: 'compare',
      component: () => import('./views/compare/CompareView.vue'),
      meta: { title: 'Compare' },
    },
    {
      path: '/percolation',
      name: 'percolation',
      component: () => import('./views/percolation/PercolationView.vue'),
      meta: { title: 'Percolation' },
    },
    {
      path: '/settings',
      name: 'settings',
      component: () => import('./views/settings/SettingsView.vue'),
      meta: { title: 'Engines and settings' },
    },
    {
      path: '/:rest(.*)*',
      component: () => import('./views/NotFoundView.vue'),
      meta: { title: 'Not found' },
    },
  ],
});

router.afterEach((to) => {
  document.title = `${to.meta['title'] as string} – Clifford`;
});
