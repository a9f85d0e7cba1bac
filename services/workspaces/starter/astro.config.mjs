import { defineConfig } from 'astro/config';

// Where the site will live once it is published. Feeds and canonical links need it.
export default defineConfig({
  site: 'https://example.com',
});
