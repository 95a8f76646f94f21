"""How often statements about arms are wrong where the truth is known: relabelled runs, trained nulls, known effects."""
