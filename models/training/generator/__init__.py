"""Made-up freight papers with exact truth, for training and for the repository's fixtures.

The way of a page: random business facts (`facts`) -> a display list in points (`display`, drawn by the layout grammars
in `layouts` with the help of `sheet`, in the style of a layout family, `style`) -> words and marks (`truth`), a raster
(`raster`, `degrade`), or a born-digital PDF (`pdf`). `corpus` writes it all out. Everything follows from one seed.
"""
