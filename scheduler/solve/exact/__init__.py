"""The exact way for a handful of series: one model, solved level by level of the score, with proofs."""
