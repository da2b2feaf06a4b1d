@rem The npm scripts say `exec node …`, so that on Linux and macOS no shell stands between npm and node and swallows signals.
@rem cmd.exe has no `exec`; it finds this file instead, which just runs the rest of its line.
@%*
