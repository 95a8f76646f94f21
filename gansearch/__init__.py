"""gansearch: distributed hyperparameter search for GANs."""
