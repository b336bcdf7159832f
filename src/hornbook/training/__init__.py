"""One training: the user's code, the fit loop, base callbacks, the kept epoch, the worker."""
