"""A trained model without Hornbook: the code that an exported folder carries.

The modules of this folder are copied into exports as they are. They import NumPy, Keras, the
standard library and each other, and nothing else of this package; OpenCV and Pillow only where
a model takes images. They read what an export has written: `model.json`, `arrays.npz` and
`model.keras`.
"""
