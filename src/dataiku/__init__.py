"""Import paths of existing code, answered by Hornbook; every name is defined in `hornbook`."""
