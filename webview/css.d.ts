/** Style sheets are imported for their effect: the bundler puts them into the panel's CSS file. */
declare module '*.css';
