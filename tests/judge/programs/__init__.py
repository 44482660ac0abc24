"""Programs for the judge, composed by hypothesis of the constructs that xentlint must follow."""
