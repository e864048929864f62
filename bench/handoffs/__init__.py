"""The hand-offs of one case as real people do them, our way and by hand, in processes and over HTTP."""
