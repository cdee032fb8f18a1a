import { createApp } from 'vue';
import { z } from 'zod';
import ElementPlus from 'element-plus';
import 'element-plus/dist/index.css';
import 'element-plus/theme-chalk/dark/css-vars.css';
import './style/tokens.css';
import './style/base.css';
import App from './App.vue';
import { router } from './router.ts';
import { connect } from './service/connection.ts';
import { applyTheme } from './state/theme.ts';

// The page's policy forbids code from strings, which zod would otherwise try to be faster with.
z.config({ jitless: true });

applyTheme();
connect();
createApp(App).use(router).use(ElementPlus).mount('#app');
