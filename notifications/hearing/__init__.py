"""Who would hear of an act: asked of the code that tells them, for the page 谁会收到."""
