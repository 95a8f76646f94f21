"""A whole service on one machine for trying: Ray nodes, MLflow's server and a database, all on loopback."""
